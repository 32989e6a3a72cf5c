#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/table.h"
#include "base/text.h"
#include "csv.h"
#include "importer.h"
#include "tickets.h"

enum {
    PARALLEL_MOST = 256,
    ROWS_AHEAD = 4096, /* read and not settled: what an import keeps in memory */
    TURN_MS = 100,
};

static const char usage[] =
    "import --map MAP.json [--dry-run] [--parallel N] [--refused FILE] FILE.csv";

struct import {
    struct arena *arena;
    struct map *map;
    struct csv *csv;
    struct ledger ledger;
    struct travel travel;
    struct tickets *tickets;
    long parallel;
    bool dry;
    bool read_all;
};

static void refuse_unread(struct import *import, const struct csv_row *row)
{
    ledger_refuse(&import->ledger, row->line, "", row->bad, row->detail);
}

/* What a dry run can know: whether the map understands the row and has a way to its target. */
static void try_row(struct import *import, struct arena *arena, const struct entry *entry)
{
    const char *target = map_target(import->map, arena, entry);

    if (map_knows_target(import->map, target))
        import->ledger.accepted++;
    else
        ledger_refuse(&import->ledger, entry->line, map_reference(import->map, arena, entry),
                      "no_way", arena_print(arena, "no moves lead to '%s'", target));
    arena_free(arena);
}

static void take_row(struct import *import, const struct csv_row *row)
{
    struct arena *arena = arena_new();
    struct entry entry;
    struct map_flaw flaw;

    bool understood = map_read(import->map, arena, row, &entry, &flaw);
    const char *reference = map_reference(import->map, arena, &entry);
    if (understood && text_empty(reference)) {
        understood = false;
        flaw = (struct map_flaw){"missing_value", "the row names no ticket"};
    }
    if (!understood) {
        ledger_refuse(&import->ledger, row->line, reference, flaw.reason, flaw.detail);
        arena_free(arena);
        return;
    }
    if (import->dry) {
        try_row(import, arena, &entry);
        return;
    }
    struct journey *journey = tickets_find(import->tickets, reference);
    journey_add(journey, arena, &entry);
    tickets_line_up(import->tickets, journey);
}

static void read_ahead(struct import *import)
{
    struct csv_row row;

    while (!import->read_all && import->travel.waiting < ROWS_AHEAD) {
        if (!csv_next(import->csv, &row)) {
            import->read_all = true;
            return;
        }
        import->ledger.read++;
        if (row.bad)
            refuse_unread(import, &row);
        else
            take_row(import, &row);
        ledger_show(&import->ledger, csv_read(import->csv), csv_size(import->csv));
    }
}

static void set_out(struct import *import)
{
    struct journey *journey;

    while (import->travel.busy < (size_t)import->parallel
           && (journey = tickets_next(import->tickets)))
        journey_go(journey);
}

static bool carry_out(struct import *import)
{
    struct travel *travel = &import->travel;

    for (;;) {
        read_ahead(import);
        set_out(import);
        if (import->read_all && travel->waiting == 0)
            return true;
        if (!web_turn(travel->web, TURN_MS))
            travel->broken = web_broken(travel->web);
        if (travel->broken)
            return false;
        ledger_show(&import->ledger, csv_read(import->csv), csv_size(import->csv));
    }
}

/* "al_<id>_<secret>" asks as "key/<id>". */
static const char *caller_of(struct arena *arena, const char *key)
{
    const char *id = strncmp(key, "al_", 3) == 0 ? key + 3 : "";

    return arena_print(arena, "key/%.*s", (int)strcspn(id, "_"), id);
}

/* By whatever name: a report must not overwrite what it reports on. */
static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev
           && a.st_ino == b.st_ino;
}

static bool open_files(struct import *import, const char *map, const char *file, const char *report)
{
    const char *why;

    import->map = map_load(import->arena, map, &why);
    if (!import->map)
        return trouble("%s", why) == EXIT_FINE;
    import->csv = csv_open(import->arena, file, map_separator(import->map), &why);
    if (!import->csv)
        return trouble("%s: %s", file, why) == EXIT_FINE;
    if (!map_bind(import->map, import->csv, &why))
        return trouble("%s: %s", map, why) == EXIT_FINE;
    if (is_same_file(report, file) || is_same_file(report, map))
        return trouble("--refused %s would overwrite what is read", report) == EXIT_FINE;
    if (!ledger_open(&import->ledger, report))
        return trouble("%s can't be written: %s", report, strerror(errno)) == EXIT_FINE;
    return true;
}

static int finish(struct import *import)
{
    const char *broken = csv_broken(import->csv);

    if (!broken)
        broken = import->travel.broken;
    const char *lost = ledger_close(&import->ledger);
    csv_close(import->csv);
    if (broken)
        return trouble("the import is not complete: %s; run it again %s", broken,
                       import->travel.barred ? "with a key that may (--key-file)" : "to go on");
    if (lost)
        return trouble("%s lacks refused rows: %s; run it again for a whole report",
                       import->ledger.report, lost);
    return EXIT_FINE;
}

/* Carries out what a dry run only reads; false where there is no key to ask with. */
static bool travel(struct import *import, struct site *site)
{
    if (!importer_identify(site))
        return false;
    import->travel = (struct travel){
        .arena = import->arena,
        .map = import->map,
        .web = web_open(site),
        .ledger = &import->ledger,
        .caller = caller_of(import->arena, site->key),
        .key_of = site->key_of,
        .ready = json_object(),
    };
    import->tickets = tickets_new(&import->travel);
    carry_out(import);
    tickets_free(import->tickets);
    json_decref(import->travel.ready);
    web_close(import->travel.web);
    return true;
}

/* Where the report goes unless told otherwise: beside nothing but the caller's own folder. */
static const char *usual_report(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');

    return arena_print(arena, "%s.refused.csv", slash ? slash + 1 : file);
}

int import_command(int argc, char **argv)
{
    const char *map = NULL, *parallel = "16", *report = NULL, *file = NULL;
    struct import import = {0};
    /* clang-format off */
    const struct option_row options[] = {
        {"--map",      &map,      NULL,        "MAP.json", "what the file means: docs/import.md"},
        {"--parallel", &parallel, NULL,        "N",        "so many tickets at a time; else 16"},
        {"--refused",  &report,   NULL,        "FILE",
         "where refused rows are listed; else <FILE>.refused.csv in this folder"},
        {"--dry-run",  NULL,      &import.dry, NULL,       "read every row and ask the house nothing"},
    };
    /* clang-format on */
    struct command_line line = {
        usage, TABLE(options), .wanted = "FILE.csv", .words = &file, .words_most = 1,
    };
    struct site site = site_open(argc, argv, &line);

    import.arena = site.arena;
    import.parallel = verb_number("--parallel", parallel, 1, PARALLEL_MOST);
    if (!map)
        verb_misused(&line, "import wants --map MAP.json");
    if (!open_files(&import, map, file, report ? report : usual_report(import.arena, file)))
        return EXIT_TROUBLE;
    if (import.dry)
        read_ahead(&import);
    else if (!travel(&import, &site))
        return EXIT_TROUBLE;
    int code = finish(&import);
    map_free(import.map);
    arena_free(site.arena);
    return code;
}
