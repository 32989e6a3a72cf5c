#include "http/framing.h"

#include <string.h>

static struct framing *framing_of(llhttp_t *parser)
{
    return parser->data;
}

static int headers_complete(llhttp_t *parser)
{
    framing_of(parser)->in_body = true;
    parser->upgrade = 0; /* an offer to upgrade is declined by going on in HTTP/1.1 */
    return 0;
}

static int header_field(llhttp_t *parser, const char *at, size_t size)
{
    return framing_of(parser)->in_body ? -1 : 0;
}

static int body_part(llhttp_t *parser, const char *at, size_t size)
{
    struct framing *framing = framing_of(parser);
    framing->idle = 0;
    framing->body(framing->with, (struct bytes){(const uint8_t *)at, size});
    return 0;
}

static int message_complete(llhttp_t *parser)
{
    framing_of(parser)->whole = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_headers_complete = headers_complete,
    .on_header_field = header_field,
    .on_body = body_part,
    .on_message_complete = message_complete,
};

static enum framing_progress framing_read(struct framing *framing, struct bytes *rest)
{
    llhttp_errno_t error = llhttp_execute(&framing->parser, (const char *)rest->at, rest->size);
    if (error == HPE_OK) {
        *rest = (struct bytes){rest->at + rest->size, 0};
        return FRAMING_MORE;
    }
    if (error != HPE_PAUSED || !framing->whole)
        return FRAMING_BROKEN;
    const uint8_t *end = (const uint8_t *)llhttp_get_error_pos(&framing->parser);
    *rest = (struct bytes){end, rest->size - (size_t)(end - rest->at)};
    return FRAMING_WHOLE;
}

enum framing_progress framing_head(struct framing *framing, struct bytes head, on_body *body,
                                   void *with)
{
    *framing = (struct framing){.body = body, .with = with};
    llhttp_init(&framing->parser, HTTP_REQUEST, &settings);
    framing->parser.data = framing;
    enum framing_progress progress = framing_read(framing, &head);
    bool agreed = framing->in_body && head.size == 0;
    return agreed ? progress : FRAMING_BROKEN;
}

enum framing_progress framing_body(struct framing *framing, struct bytes *rest)
{
    framing->idle += rest->size;
    enum framing_progress progress = framing_read(framing, rest);
    if (progress == FRAMING_MORE && framing->idle > FRAMING_IDLE_MOST)
        return FRAMING_BROKEN;
    return progress;
}
