#include "daemon/foresee.h"

#include "daemon/carry_out.h"

/* Two things with one hash cost a round trip, no more. */
bool first_to_touch(struct request *req, const char *thing)
{
    struct touched *touched = &req->work->writer->touched;

    if (!thing)
        return true;
    uint64_t hash = text_hash(thing);
    for (size_t i = 0; i < touched->count; i++)
        if (touched->hashes[i] == hash)
            return false;
    if (touched->count == TOUCHED_MOST)
        return false;
    touched->hashes[touched->count++] = hash;
    return true;
}

static const struct foresight *find_foresight(const struct service *service,
                                              const struct work *work)
{
    if (work->kind != WORK_COMMAND)
        return NULL;
    for (size_t i = 0; i < service->foresights.count; i++)
        if (service->foresights.rows[i].message == work->command->message)
            return &service->foresights.rows[i];
    return NULL;
}

bool foresee(struct attempt *attempt)
{
    struct writer *writer = attempt->writer;
    const struct service *service = writer->options.service;
    const struct foresight *row;

    writer->touched.count = 0;
    for (size_t i = 0; i < attempt->count; i++) {
        struct work *work = attempt->works[i];
        if (writer->touched.count + TOUCHED_EACH > TOUCHED_MOST
            || !(row = find_foresight(service, work)))
            break;
        work_begin(work, service, writer->db, attempt->now_ms);
        work->writer = writer;
        db_use(writer->db, work->arena);
        if (work_read(work, row->message) && !row->run(&work->request))
            return false;
    }
    db_use(writer->db, writer->batch);
    return true;
}
