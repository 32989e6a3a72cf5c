#include "dispatch.h"

/* A company whose people carry out jobs, where it works within sight of the caller. */
bool find_provider(struct request *req)
{
    const FindProvider *query = request_body(req, find_provider);
    struct row row;

    if (!db_one(req->db, &row, sql.provider_in_sight, request_id(req, query->provider_id),
                text_or_null(req->caller.branch), request_id(req, req->caller.provider_id)))
        return false;

    const Provider *provider = filled(req, provider, &row);
    return reply_version(req, provider->version, &provider->base);
}
