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

enum { FIELDS_MOST = 3 };

/* What has to be said, in any of these fields, of which the first is named; by requests about this
 * (0: all), on one channel (NULL: any). */
static const struct required {
    unsigned about;
    const char *channel;
    const char *fields[FIELDS_MOST];
} requirements[] = {
    {0,       NULL,      {"branch"}                                              },
    {0,       NULL,      {"kind"}                                                },
    {0,       NULL,      {"channel"}                                             },
    {0,       NULL,      {"customer.name"}                                       },
    {0,       NULL,      {"customer.phone", "customer.email", "customer.address"}},
    {0,       NULL,      {"description", "symptom"}                              },
    {PRODUCT, NULL,      {"product_model", "serial_number"}                      },
    {FAULT,   NULL,      {"symptom"}                                             },
    {PRODUCT, "counter", {"purchased_on"}                                        },
};

static unsigned about(const char *kind)
{
    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].about;
    return 0;
}

/* Whether any of the fields says something; `expected` is then of no interest. */
static bool said(const Ticket *ticket, const struct required *row, struct text *expected)
{
    for (size_t i = 0; i < FIELDS_MOST && row->fields[i]; i++) {
        if (!text_blank(message_text(&ticket->base, row->fields[i])))
            return true;
        text_print(expected, "%s%s", i ? " or " : "", row->fields[i]);
    }
    return false;
}

void require_complete(struct request *req, const Ticket *ticket)
{
    unsigned what = about(ticket->kind);

    for (size_t i = 0; i < LENGTH(requirements); i++) {
        const struct required *row = &requirements[i];
        struct text expected = text_new(req->arena);
        if (row->about && !(row->about & what))
            continue;
        if (row->channel && strcmp(row->channel, ticket->channel) != 0)
            continue;
        if (!said(ticket, row, &expected))
            violate(req, row->fields[0], "missing", "expected %s", expected.at);
    }
}
