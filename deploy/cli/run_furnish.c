#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"
#include "base/text.h"
#include "edge/bus.h"
#include "run_place.h"

const char *place_key(const struct place *place, const char *name, const char **why)
{
    char *secret_file = place_file_in(place, "keys", name, "");
    char *public_file = place_file_in(place, "keys", name, ".pub");
    char *kept = place_read(place->arena, public_file);
    if (kept && strlen(kept) == 41 && access(secret_file, R_OK) == 0) {
        kept[40] = '\0';
        return kept;
    }

    char made[41];
    unlink(secret_file);
    if (!bus_make_key(secret_file, made, why)
        || !place_write(place, public_file, arena_print(place->arena, "%s\n", made), why))
        return NULL;
    return arena_copy(place->arena, made);
}

static bool write_peers(const struct place *place, const struct instance *instances, unsigned count,
                        const char **why)
{
    struct text peers = text_new(place->arena);
    text_add(&peers, "# Made at each start; lines of one's own belong into peers.own.\n"
                     "# name, public key, where it answers, where it tells\n");
    for (unsigned i = 0; i < count; i++) {
        const char *name = instances[i].name;
        const char *key = place_key(place, name, why);
        if (!key)
            return false;
        text_print(&peers, "%-14s %s ipc://%s/bus/%s.ask ipc://%s/bus/%s.tell\n", name, key,
                   place->sockets, name, place->sockets, name);
    }

    const char *key = place_key(place, "operator", why);
    if (!key)
        return false;
    text_print(&peers, "%-14s %s - -\n", "operator", key);
    text_add(&peers, text_or_empty(place_read(place->arena, place_file(place, "peers.own"))));
    return place_write(place, place_file(place, "peers"), peers.at, why);
}

struct own_setting {
    const char *name;
    const char *value;
    const char *service; /* NULL: every service's */
};

static bool sets(const char *line, const struct own_setting *own, size_t count)
{
    size_t length = strcspn(line, " \t=\n");
    for (size_t i = 0; i < count; i++)
        if (strlen(own[i].name) == length && strncmp(line, own[i].name, length) == 0)
            return true;
    return false;
}

/* The template's lines, but for those that this house decides itself. */
static void add_template(struct text *to, const char *template, const struct own_setting *own,
                         size_t count)
{
    while (*template) {
        size_t length = strcspn(template, "\n");
        length += template[length] == '\n';
        if (!sets(template, own, count))
            text_add_bytes(to, template, length);
        template += length;
    }
}

static bool write_settings(const struct place *place, const struct instance *instance,
                           const char **why)
{
    struct arena *arena = place->arena;
    /* clang-format off */
    const struct own_setting own[] = {
        {"name", instance->name, NULL},
        {"database",
         arena_print(arena, "host=%s/pg dbname=afterline user=%s", place->sockets,
                     instance->service),
         NULL},
        {"peers", place_file(place, "peers"), NULL},
        {"secret_key", place_file_in(place, "keys", instance->name, ""), NULL},
        {"http_host", "127.0.0.1", "gateway"},
        {"http_port", arena_print(arena, "%ld", place->port), "gateway"},
        {"admin_key_file", place_file(place, "admin.key"), "gateway"},
        {"key_pepper_file", place_file(place, "keys/pepper"), "gateway"},
    };
    /* clang-format on */
    char *usual = arena_print(arena, "%s/settings/%s.conf", place->deploy, instance->service);
    char *edited = place_file_in(place, "settings", instance->service, ".conf");
    const char *template = place_read(arena, access(edited, F_OK) == 0 ? edited : usual);
    if (!template) {
        *why = arena_print(arena, "cannot read %s", usual);
        return false;
    }

    struct text text = text_new(arena);
    text_print(&text, "# Made at each start from %s.\n",
               access(edited, F_OK) == 0 ? edited : usual);
    for (size_t i = 0; i < LENGTH(own); i++)
        if (!own[i].service || strcmp(own[i].service, instance->service) == 0)
            text_print(&text, "%s = %s\n", own[i].name, own[i].value);
    text_add(&text, "\n");
    add_template(&text, template, own, LENGTH(own));
    return place_write(place, place_file_in(place, "settings", instance->name, ".conf"), text.at,
                       why);
}

bool place_furnish(const struct place *place, const char **why)
{
    struct instance instances[INSTANCES_MOST];
    unsigned count = place_instances(place, instances);
    for (unsigned i = 0; i < count; i++)
        if (!write_settings(place, &instances[i], why))
            return false;
    return write_peers(place, instances, count, why);
}
