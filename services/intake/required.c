#include "intake.h"

#include <string.h>

enum {
    PRODUCT = 1 << 0, /* about a product: which one */
    FAULT = 1 << 1,   /* something does not work: what */
};

/* What a kind of request is about. */
static const struct {
    const char *kind;
    unsigned about;
} kinds[] = {
    {"install",    PRODUCT        },
    {"commission", PRODUCT        },
    {"repair",     PRODUCT | FAULT},
    {"maintain",   PRODUCT        },
    {"upgrade",    PRODUCT        },
    {"support",    PRODUCT | FAULT},
    {"return",     PRODUCT        },
    {"exchange",   PRODUCT        },
};

/* What has to be said, in one of at most three fields; on one channel or on any; by those kinds
 * whose request is about this (0: all). */
static const struct required {
    unsigned about;
    const char *channel;
    const char *field; /* the one to name where all are empty */
    const char *or_field;
    const char *or_else;
    const char *detail;
} requirements[] = {
    {0,       NULL,      "branch",         NULL,             NULL,               "which unit of the company takes this"       },
    {0,       NULL,      "kind",           NULL,             NULL,               "what is asked for"                          },
    {0,       NULL,      "channel",        NULL,             NULL,               "how it was heard of"                        },
    {0,       NULL,      "customer.name",  NULL,             NULL,               "who is speaking"                            },
    {0,       NULL,      "customer.phone", "customer.email", "customer.address",
     "one way to reach the customer: phone, email or address"                                                                 },
    {0,       NULL,      "description",    "symptom",        NULL,               "what the request is about"                  },
    {PRODUCT, NULL,      "product_model",  "serial_number",  NULL,
     "which product: its model or its serial number"                                                                          },
    {FAULT,   NULL,      "symptom",        NULL,             NULL,               "what does not work"                         },
    {PRODUCT, "counter", "purchased_on",   NULL,             NULL,               "at the counter: when the product was bought"},
};

static unsigned about(const char *kind)
{
    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].about;
    return 0;
}

static bool said(const Ticket *ticket, const char *field)
{
    const ProtobufCMessage *in = &ticket->base;
    const char *dot = field ? strchr(field, '.') : NULL;

    if (!field)
        return false;
    if (!dot)
        return !text_empty(message_text(in, field));
    return ticket->customer && !text_empty(message_text(&ticket->customer->base, dot + 1));
}

void require_complete(struct request *req, const Ticket *ticket)
{
    unsigned what = about(ticket->kind);

    for (size_t i = 0; i < LENGTH(requirements); i++) {
        const struct required *row = &requirements[i];
        if (row->about && !(row->about & what))
            continue;
        if (row->channel && strcmp(row->channel, ticket->channel) != 0)
            continue;
        if (!said(ticket, row->field) && !said(ticket, row->or_field)
            && !said(ticket, row->or_else))
            violate(req, row->field, "missing", "%s", row->detail);
    }
}
