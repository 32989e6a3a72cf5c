#include "reporting.h"

/* Whatever is told belongs into the timeline of its subject, known or not. */
bool note_whatever(struct request *req)
{
    const ProtobufCMessage *body;

    return overheard(req, &body) && write_entry(req, body);
}
