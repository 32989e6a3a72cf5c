#include <stdio.h>
#include <stdlib.h>

#include "base/settings.h"
#include "fuzz.h"

static long count, patience, memory;
static const char *name;

static const struct setting rows[] = {
    {"count",    COUNT,        "3",    0,  10,      &count,    "how many there are"   },
    {"patience", MILLISECONDS, "2000", 1,  60000,   &patience, "how long to wait"     },
    {"memory",   BYTES,        "4096", 64, 1 << 20, &memory,   "how much may be taken"},
    {"name",     TEXT,         "here", 1,  12,      &name,     "what to call it"      },
};

static const struct setting_table table = {TABLE(rows)};

static char *printed(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    settings_print(to, &table, 1);
    fclose(to);
    return text;
}

/* Any text as a settings file: what is taken is in bounds, and prints as a file that says it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    char *content = arena_print(arena, "%.*s", (int)size, (const char *)data);
    const char *why = NULL;

    settings_usual(&table, 1);
    if (settings_read(arena, content, &table, 1, &why)) {
        CHECK(count >= 0 && count <= 10 && patience >= 1 && patience <= 60000);
        CHECK(memory >= 64 && memory <= 1 << 20 && strlen(name) >= 1 && strlen(name) <= 12);
        char *first = printed();
        settings_usual(&table, 1);
        CHECK(settings_read(arena, arena_copy(arena, first), &table, 1, &why));
        char *second = printed();
        CHECK(strcmp(first, second) == 0);
        free(first);
        free(second);
    } else {
        CHECK(why);
    }
    arena_free(arena);
    return 0;
}
