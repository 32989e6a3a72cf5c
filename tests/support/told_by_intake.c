#include "told_by_intake.h"

static void hear_opened(const char *branch, const char *parent)
{
    BranchOpened event = BRANCH_OPENED__INIT;

    event.branch = event.name = branch;
    event.parent = parent;
    event.kind = "branch";
    event.time_zone = "Asia/Shanghai";
    overhear("intake", branch, &event.base);
}

void hear_registered(const char *kind)
{
    TicketRegistered event = TICKET_REGISTERED__INIT;

    hear_opened("east", "");
    hear_opened("hangzhou", "east");
    hear_opened("west", "");
    event.ticket_id = id_in('T', 1000001);
    event.kind = kind;
    event.branch = "hangzhou";
    event.customer_id = id_in('K', 1000002);
    event.unit_id = id_in('U', 1000003);
    event.serial_number = "BX200-000451";
    event.product_model = "BX-200";
    event.description = "nobody called back";
    event.received_at = "2026-03-01T09:00:00Z";
    event.state = "registered";
    overhear("intake", event.ticket_id, &event.base);
}
