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

static bool of_theirs(struct request *req, const char *branch)
{
    return text_blank(branch) || branch_in_scope(req, "branch", branch);
}

/* Somebody who carries out jobs: our own, or a provider's. */
bool add_technician(struct request *req)
{
    const AddTechnician *order = request_body(req, add_technician);

    require_text(req, "name", order->name);
    require_text(req, "branch", order->branch);
    need_words(req, "skills", order->skills, order->n_skills);
    if (!look_at_provider(req, order->provider_id) || !of_theirs(req, order->branch)
        || !refuse_violations(req))
        return false;

    const char *number = db_number(req->arena, next_number(req, 'S'));
    const struct newcomer newcomer = {.id = id_of(req, 'S', number),
                                      .id_field = "technician_id",
                                      .branch = order->branch,
                                      .provider_id = order->provider_id,
                                      .answer = &technician__descriptor,
                                      .event = &technician_added__descriptor};
    return db_run(req->db, sql.add_technician, number, order->name, order->phone, order->branch,
                  db_array(req->arena, order->skills, order->n_skills),
                  request_id(req, order->provider_id), clock_text(req->arena, req->now_ms))
           && people_welcome(req, newcomer);
}
