#include "desk.h"

#include <string.h>

#include "base/ids.h"

static void open_one(const char *branch, const char *parent, const char *kind)
{
    OpenBranch order = OPEN_BRANCH__INIT;

    order.branch = order.name = branch;
    order.parent = parent;
    order.kind = kind;
    ask("admin", &order.base);
    TRUE(was_made());
}

void branches(void)
{
    if (strcmp(value("select count(*) from intake.branch"), "0") != 0)
        return;
    open_one("east", "", "company");
    open_one("hangzhou", "east", "region");
    open_one("hangzhou-xihu", "hangzhou", "branch");
    open_one("west", "", "company");
}

RegisterTicket *a_repair(struct order *order)
{
    *order = (struct order){REGISTER_TICKET__INIT, CUSTOMER__INIT};
    order->customer.name = "王芳";
    order->customer.phone = "13800138000";
    order->customer.address = "杭州市西湖区文三路 1 号";
    order->order.customer = &order->customer;
    order->order.branch = "hangzhou-xihu";
    order->order.kind = "repair";
    order->order.channel = "phone";
    order->order.product_model = "BX-200";
    order->order.serial_number = "BX200-000451";
    order->order.purchased_on = "2026-02-01";
    order->order.symptom = "not_heating";
    order->order.description = "通电后不加热";
    order->order.impact = "medium";
    order->order.urgency = "medium";
    order->order.service_mode = "onsite";
    return &order->order;
}

const char *registered(void)
{
    struct order order;

    branches();
    ask("agent", &a_repair(&order)->base);
    return ((const Ticket *)answer(ticket))->ticket_id;
}

/* A survivor for merges: another ticket of the same branch. */
static const char *another(void)
{
    struct order order;

    ask("agent", &a_repair(&order)->base);
    return ((const Ticket *)answer(ticket))->ticket_id;
}

/* What each move has to say. */
static const struct said {
    const char *by;
    const ProtobufCMessageDescriptor *message;
    const char *field[2];
    const char *value[2];
} sayings[] = {
    {"acknowledge", &acknowledge_ticket__descriptor, {"answer"},            {"please unplug it"}  },
    {"start",       &start_ticket__descriptor,       {"note"},              {"looking into it"}   },
    {"wait",        &wait_ticket__descriptor,        {"waiting_for"},       {"parts"}             },
    {"resume",      &resume_ticket__descriptor,      {"note"},              {"the parts came"}    },
    {"resolve",     &resolve_ticket__descriptor,     {"cause", "solution"}, {"fuse", "replaced"}  },
    {"object",      &object_ticket__descriptor,      {"reason"},            {"still cold"}        },
    {"confirm",     &confirm_ticket__descriptor,     {"signed_by"},         {"王芳"}            },
    {"close",       &close_ticket__descriptor,       {"summary"},           {"a fuse wears out"}  },
    {"reopen",      &reopen_ticket__descriptor,      {"reason"},            {"cold again"}        },
    {"cancel",      &cancel_ticket__descriptor,      {"reason"},            {"bought another one"}},
    {"merge",       &merge_ticket__descriptor,       {"into"},              {NULL}                },
};

static void set(struct arena *arena, ProtobufCMessage *order, const char *field, const char *value)
{
    struct flaw flaw = {0};

    assert_true(message_set(arena, order, field, value, &flaw));
}

void move_as(struct voice voice, const char *ticket_id, const char *by)
{
    struct arena *arena = arena_new();
    const struct said *said = sayings;

    while (strcmp(said->by, by) != 0)
        said++;
    ProtobufCMessage *order = message_new(arena, said->message);
    set(arena, order, "ticket_id", ticket_id);
    for (size_t i = 0; i < 2 && said->field[i]; i++)
        set(arena, order, said->field[i], said->value[i] ? said->value[i] : another());
    ask_as(voice, order);
    arena_free(arena);
}

void move(const char *ticket_id, const char *by)
{
    move_as((struct voice){.roles = "agent"}, ticket_id, by);
}

const char *a_ticket(const char *state)
{
    static const struct {
        const char *state;
        const char *moves[5];
    } ways[] = {
        {"registered",   {NULL}                                                 },
        {"acknowledged", {"acknowledge"}                                        },
        {"in_progress",  {"acknowledge", "start"}                               },
        {"waiting",      {"acknowledge", "start", "wait"}                       },
        {"resolved",     {"acknowledge", "start", "resolve"}                    },
        {"confirmed",    {"acknowledge", "start", "resolve", "confirm"}         },
        {"closed",       {"acknowledge", "start", "resolve", "confirm", "close"}},
        {"cancelled",    {"cancel"}                                             },
        {"merged",       {"merge"}                                              },
    };
    const char *ticket_id = registered();
    size_t way = 0;

    while (strcmp(ways[way].state, state) != 0)
        way++;
    for (size_t i = 0; i < LENGTH(ways[way].moves) && ways[way].moves[i]; i++) {
        move(ticket_id, ways[way].moves[i]);
        TRUE(was_done());
    }
    SAME(state_of(ticket_id), state);
    return ticket_id;
}

const Ticket *seen(const char *ticket_id)
{
    FindTicket question = FIND_TICKET__INIT;

    question.ticket_id = ticket_id;
    ask("agent", &question.base);
    return answer(ticket);
}

const char *state_of(const char *ticket_id)
{
    return value(
        printed("select state from intake.ticket where ticket_id = %s", number_in(ticket_id)));
}
