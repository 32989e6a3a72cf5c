#include "people.h"

static bool look_at_provider(struct request *req, const char *provider_id)
{
    const char *number = request_id(req, provider_id);
    struct row provider;

    if (!number)
        return true;
    if (!db_maybe(req->db, &provider, sql.find_provider, number))
        return false;
    if (!provider.values)
        violate(req, "provider_id", "unknown", "there is no provider %s", provider_id);
    return true;
}

/* Somebody who carries out jobs: our own, or a provider's. */
bool add_technician(struct request *req)
{
    const AddTechnician *order = request_body(req, add_technician);

    if (text_empty(order->name))
        violate(req, "name", "missing", "the technician's name");
    if (text_empty(order->branch))
        violate(req, "branch", "missing", "the branch they work for");
    need_words(req, "skills", order->skills, order->n_skills);
    if (!look_at_provider(req, order->provider_id) || !refuse_violations(req)
        || !branches_in_scope(req, &order->branch, 1))
        return false;

    const char *number = db_number(req->arena, next_number(req, 'S'));
    Technician answer = TECHNICIAN__INIT;
    answer.technician_id = id_of(req, 'S', number);
    answer.version = 1;
    answer.name = order->name;
    answer.phone = order->phone;
    answer.branch = order->branch;
    answer.n_skills = order->n_skills;
    answer.skills = order->skills;
    answer.provider_id = order->provider_id;

    TechnicianAdded event = TECHNICIAN_ADDED__INIT;
    event.technician_id = answer.technician_id;
    event.name = order->name;
    event.branch = order->branch;
    event.n_skills = order->n_skills;
    event.skills = order->skills;
    event.provider_id = order->provider_id;

    const struct told told = {.subject = answer.technician_id,
                              .aggregate = answer.technician_id,
                              .version = 1,
                              .branch = order->branch,
                              .provider_id = order->provider_id};
    return db_run(req->db, sql.add_technician, number, order->name, order->phone, order->branch,
                  db_array(req->arena, order->skills, order->n_skills),
                  request_id(req, order->provider_id), clock_text(req->arena, req->now_ms))
           && emit(req, told, &event.base) && reply_made(req, 1, &answer.base);
}
