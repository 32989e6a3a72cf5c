#include "daemon/metrics.h"

#include <stdatomic.h>
#include <string.h>

enum { ROWS_MOST = 64, KINDS = DEFECT + 1, EDGES = 12 };

/* In the order of enum metric. */
static const struct {
    const char *name;
    const char *type;
    const char *about;
} words[] = {
    {"batches_total",          "counter", "transactions the writer committed"      },
    {"batched_total",          "counter", "works carried out in them"              },
    {"batched_alone_total",    "counter", "works run in a transaction of their own"},
    {"events_told_total",      "counter", "events published"                       },
    {"events_applied_total",   "counter", "events of others applied"               },
    {"events_parked_total",    "counter", "events of others put aside"             },
    {"answers_replayed_total", "counter", "recorded answers given again"           },
    {"take_overs_total",       "counter", "times it became the writer"             },
    {"connections_lost_total", "counter", "writer connections lost"                },
    {"commits_in_doubt_total", "counter", "commits sent, not answered"             },
    {"writes_failed_total",    "counter", "batches to be tried again later"        },
    {"shed_total",             "counter", "refused for overload"                   },
    {"pages_asked_total",      "counter", "pages of history asked for"             },
    {"gaps_total",             "counter", "gaps closed by a page"                  },
    {"asked_again_total",      "counter", "sent to another instance"               },
    {"disclosures_total",      "counter", "personal data shown"                    },
    {"queued",                 "gauge",   "works waiting"                          },
    {"active",                 "gauge",   "1 where it is the writer"               },
    {"parked",                 "gauge",   "events waiting for somebody"            },
    {"ahead",                  "gauge",   "sources that end before what was taken" },
};
_Static_assert(LENGTH(words) == METRIC_COUNT, "a name for each");

static const long edges_us[EDGES] = {1000,   2000,   5000,   10000,   20000,   50000,
                                     100000, 200000, 500000, 1000000, 2000000, 5000000};

/* One row of a plan: how often it ended how, and how long it took. */
struct tally {
    const struct command *command;
    atomic_llong by_kind[KINDS];
    atomic_llong by_edge[EDGES + 1];
    atomic_llong total_us;
};

static atomic_llong values[METRIC_COUNT];
static struct tally tallies[ROWS_MOST];
static atomic_int tally_count;

void metric_add(enum metric metric, int64_t more)
{
    atomic_fetch_add_explicit(&values[metric], more, memory_order_relaxed);
}

void metric_set(enum metric metric, int64_t value)
{
    atomic_store_explicit(&values[metric], value, memory_order_relaxed);
}

int64_t metric_value(enum metric metric)
{
    return atomic_load_explicit(&values[metric], memory_order_relaxed);
}

/* Called on the loop's thread alone, so a row is found or made without a lock. */
static struct tally *find_tally(const struct command *command)
{
    int count = atomic_load(&tally_count);

    for (int i = 0; i < count; i++)
        if (tallies[i].command == command)
            return &tallies[i];
    if (count == ROWS_MOST)
        return NULL;
    tallies[count].command = command;
    atomic_store(&tally_count, count + 1);
    return &tallies[count];
}

void metric_request(const struct command *command, enum kind kind, int64_t took_us)
{
    struct tally *tally = find_tally(command);
    int edge = 0;

    if (!tally)
        return;
    while (edge < EDGES && took_us > edges_us[edge])
        edge++;
    atomic_fetch_add_explicit(&tally->by_kind[kind], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&tally->by_edge[edge], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&tally->total_us, took_us, memory_order_relaxed);
}

static const char *const kinds[KINDS] = {
    "ok",    "invalid",  "unreadable",  "unauthenticated", "forbidden",  "not_found", "conflict",
    "stale", "too_many", "unavailable", "deadline",        "not_active", "gone",      "defect"};

static void print_kinds(struct text *to, const struct tally *tally, const char *instance)
{
    for (int kind = 0; kind < KINDS; kind++) {
        long long count = atomic_load(&tally->by_kind[kind]);
        if (count)
            text_print(
                to, "afterline_requests_total{instance=\"%s\",request=\"%s\",said=\"%s\"} %lld\n",
                instance, tally->command->name, kinds[kind], count);
    }
}

static void print_times(struct text *to, const struct tally *tally, const char *instance)
{
    const char *name = tally->command->name;
    long long count = 0;

    for (int edge = 0; edge <= EDGES; edge++) {
        count += atomic_load(&tally->by_edge[edge]);
        text_print(to, "afterline_request_seconds_bucket{instance=\"%s\",request=\"%s\",le=\"",
                   instance, name);
        if (edge < EDGES)
            text_print(to, "%g", (double)edges_us[edge] / 1e6);
        else
            text_add(to, "+Inf");
        text_print(to, "\"} %lld\n", count);
    }
    text_print(to, "afterline_request_seconds_sum{instance=\"%s\",request=\"%s\"} %g\n", instance,
               name, (double)atomic_load(&tally->total_us) / 1e6);
    text_print(to, "afterline_request_seconds_count{instance=\"%s\",request=\"%s\"} %lld\n",
               instance, name, count);
}

void metrics_print(struct text *to, const char *instance, bool titles)
{
    int count = atomic_load(&tally_count);

    for (int i = 0; i < METRIC_COUNT; i++) {
        if (titles)
            text_print(to, "# HELP afterline_%s %s\n# TYPE afterline_%s %s\n", words[i].name,
                       words[i].about, words[i].name, words[i].type);
        text_print(to, "afterline_%s{instance=\"%s\"} %lld\n", words[i].name, instance,
                   (long long)metric_value(i));
    }
    if (titles)
        text_add(to, "# HELP afterline_requests_total requests by how they ended\n"
                     "# TYPE afterline_requests_total counter\n"
                     "# HELP afterline_request_seconds from arrival to answer\n"
                     "# TYPE afterline_request_seconds histogram\n");
    for (int i = 0; i < count; i++) {
        print_kinds(to, &tallies[i], instance);
        print_times(to, &tallies[i], instance);
    }
}
