#include "daemon/planted.h"

#include <string.h>

#include "base/fail.h"
#include "daemon/batch_write.h"

/* The last event of this source in the batch; 0 for none. */
static uint64_t last_of(const char *source, struct work **works, size_t count)
{
    uint64_t last = 0;

    for (size_t i = 0; i < count; i++)
        if (works[i]->kind == WORK_EVENT && strcmp(works[i]->event->source, source) == 0)
            last = works[i]->event->id;
    return last;
}

bool planted_position_first(struct writer *writer, struct work **works, size_t count)
{
    if (!PLANTED("position_before_effect"))
        return true;
    db_use(writer->db, writer->batch);
    db_begin(writer->db);
    for (size_t i = 0; i < writer->place_count; i++) {
        struct place *place = &writer->places[i];
        uint64_t last = last_of(place->source, works, count);
        if (last > place->at
            && !db_run(writer->db, house_sql.move_position, place->source,
                       db_number(writer->batch, (int64_t)place->at),
                       db_number(writer->batch, (int64_t)last)))
            return false;
    }
    if (!db_commit(writer->db))
        return false;
    FAIL_POINT("planted.position_stored");
    return true;
}

bool planted_answers_after(struct writer *writer, struct work **works, size_t count, int64_t now_ms)
{
    if (!PLANTED("key_outside_transaction"))
        return true;
    FAIL_POINT("planted.key_not_stored");
    db_begin(writer->db);
    return batch_write_answers(writer, works, count, now_ms) && db_commit(writer->db);
}
