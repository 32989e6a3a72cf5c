#include <time.h>

#include "base/log.h"
#include "daemon/writer_own.h"
#include "house_sql.h"

enum { MONTHS_BEFORE = 1, MONTHS_AHEAD = 1 };

/* First of the month that is `months` from the one of this instant, UTC. */
static int64_t month_start(int64_t ms, int months, struct tm *month)
{
    time_t seconds = ms / 1000;

    gmtime_r(&seconds, month);
    month->tm_mon += months;
    month->tm_mday = 1;
    month->tm_hour = month->tm_min = month->tm_sec = 0;
    return (int64_t)timegm(month) * 1000;
}

static const char *month_name(struct arena *arena, const char *table, int64_t ms)
{
    struct tm month;

    month_start(ms, 0, &month);
    return arena_print(arena, "%s_%04d_%02d", table, month.tm_year + 1900, month.tm_mon + 1);
}

/* Made first and attached then: so it waits for nobody who reads, be it a backup of hours. */
static void add_month(struct writer *writer, struct text *script, const char *table, int64_t ms)
{
    const char *schema = writer->options.service->schema->name;
    const char *name = month_name(writer->batch, table, ms);
    struct tm from, until;

    month_start(ms, 0, &from);
    month_start(ms, 1, &until);
    text_print(script,
               "do $month$ begin\n"
               "    if to_regclass('%1$s.%2$s') is null then\n"
               "        create table %1$s.%2$s (like %1$s.%3$s);\n"
               "        alter table %1$s.%3$s attach partition %1$s.%2$s\n"
               "            for values from ('%4$04d-%5$02d-01 00:00+00')"
               " to ('%6$04d-%7$02d-01 00:00+00');\n"
               "    end if;\n"
               "end $month$;\n",
               schema, name, table, from.tm_year + 1900, from.tm_mon + 1, until.tm_year + 1900,
               until.tm_mon + 1);
}

bool writer_make_months(struct writer *writer, int64_t now_ms)
{
    struct text script = text_new(writer->batch);
    struct tm month;

    if (now_ms >= writer->months_from_ms && now_ms < writer->months_until_ms)
        return true;
    for (int i = -MONTHS_BEFORE; i <= MONTHS_AHEAD; i++) {
        add_month(writer, &script, "event", month_start(now_ms, i, &month));
        add_month(writer, &script, "answer", month_start(now_ms, i, &month));
    }
    if (!db_script(writer->db, script.at))
        return false;
    writer->months_from_ms = month_start(now_ms, 0, &month);
    writer->months_until_ms = month_start(now_ms, 1, &month);
    return true;
}

/* Drops the partitions of whole months before this instant's; the head of the history is never
 * among them, for the next event is numbered after it. */
static bool drop_before(struct writer *writer, const char *table, int64_t ms)
{
    struct arena *arena = writer->batch;
    const char *schema = writer->options.service->schema->name;
    struct text script = text_new(arena);
    struct rows old;
    struct row head;

    if (!db_all(writer->db, &old, house_sql.old_months, arena_print(arena, "%s.%s", schema, table),
                month_name(arena, table, ms)))
        return false;
    if (old.count == 0)
        return true;
    text_add(&script, "set local lock_timeout = '200ms';\n");
    for (size_t i = 0; i < old.count; i++)
        text_print(&script, "drop table %s.%s;\n", schema, row_text(&old.rows[i], "name"));
    db_begin(writer->db);
    if (!db_script(writer->db, script.at) || !db_maybe(writer->db, &head, house_sql.read_head))
        return false;
    if (head.values ? (uint64_t)row_number(&head, "id") != writer->head : writer->head != 0) {
        db_abandon(writer->db);
        return true;
    }
    if (!db_commit(writer->db))
        return false;
    log_info("did=drop_months table=%s.%s before=%s months=%zu", schema, table,
             month_name(arena, table, ms), old.count);
    return true;
}

/* Where a table is in use just now, the next time is soon enough. */
static void drop_old(struct writer *writer, const char *table, int64_t ms)
{
    if (!writer->db || drop_before(writer, table, ms))
        return;
    log_warn("did=drop_months table=%s reason=%s", table,
             log_quote(writer->batch, db_sentence(writer->db)));
    if (db_usable(writer->db))
        db_abandon(writer->db);
    else
        writer_lose(writer, db_sentence(writer->db));
}

void writer_tidy(struct writer *writer, int64_t now_ms)
{
    const struct writer_options *options = &writer->options;
    struct tm month;

    if (clock_monotonic_ms() < writer->tidied_until_ms)
        return;
    writer->tidied_until_ms = clock_monotonic_ms() + TIDY_EVERY_MS;
    now_ms = writer_sober_ms(writer, now_ms);
    arena_reset(writer->batch);
    db_use(writer->db, writer->batch);
    if (options->answers_kept_days > 0)
        drop_old(writer, "answer", now_ms - options->answers_kept_days * DAY_MS);
    if (options->events_kept_months > 0)
        drop_old(writer, "event", month_start(now_ms, -(int)options->events_kept_months, &month));
}
