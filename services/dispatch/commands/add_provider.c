#include "people.h"

/* A company whose people carry out jobs for us: which kinds of work, in which branches. */
bool add_provider(struct request *req)
{
    const AddProvider *order = request_body(req, add_provider);

    require_text(req, "name", order->name);
    need_words(req, "kinds", order->kinds, order->n_kinds);
    need_words(req, "branches", order->branches, order->n_branches);
    for (size_t i = 0; i < order->n_kinds; i++)
        word_fits(req, arena_print(req->arena, "kinds[%zu]", i), order->kinds[i], job_kinds);
    if (!branches_in_scope(req, order->branches, order->n_branches) || !refuse_violations(req))
        return false;

    const char *number = db_number(req->arena, next_number(req, 'P'));
    const struct newcomer newcomer = {.id = id_of(req, 'P', number),
                                      .id_field = "provider_id",
                                      .branch = order->branches[0],
                                      .provider_id = id_of(req, 'P', number),
                                      .answer = &provider__descriptor,
                                      .event = &provider_added__descriptor};
    return db_run(req->db, sql.add_provider, number, order->name,
                  db_array(req->arena, order->kinds, order->n_kinds),
                  db_array(req->arena, order->branches, order->n_branches),
                  clock_text(req->arena, req->now_ms))
           && people_welcome(req, newcomer);
}
