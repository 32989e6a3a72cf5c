#include "daemon/contract.h"

#include "base/text.h"

static void print_commands(FILE *to, const char *title, const struct command *rows, size_t count)
{
    struct arena *arena = arena_new();

    if (count)
        fprintf(to, "\n## %s\n\n| message | who may ask |\n|---|---|\n", title);
    for (size_t i = 0; i < count; i++)
        fprintf(to, "| `%s` | %s |\n", rows[i].message->name, role_words(arena, rows[i].roles));
    arena_free(arena);
}

static void print_events(FILE *to, const struct service *service)
{
    struct arena *arena = arena_new();

    if (service->events.count)
        fprintf(to, "\n## Events\n\n| type | message |\n|---|---|\n");
    for (size_t i = 0; i < service->events.count; i++) {
        const char *message = service->events.rows[i].message->name;
        fprintf(to, "| `%s` | `%s` |\n", text_event_type(arena, message), message);
    }
    arena_free(arena);
}

static void print_reactions(FILE *to, const struct service *service)
{
    if (service->reactions.count)
        fprintf(to, "\n## Reactions\n\n| overhears | does |\n|---|---|\n");
    for (size_t i = 0; i < service->reactions.count; i++) {
        const struct reaction *row = &service->reactions.rows[i];
        fprintf(to, "| `%s`", row->message ? row->message->name : row->source);
        for (size_t j = 0; row->kinds && row->kinds[j]; j++)
            fprintf(to, "%s %s", j ? "," : " of kind", row->kinds[j]);
        fprintf(to, " | `%s` |\n", row->name);
    }
}

static void print_settings(FILE *to, const struct service *service)
{
    if (service->settings.count)
        fprintf(
            to,
            "\n## Settings\n\n| name | usual | least | most | about |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < service->settings.count; i++) {
        const struct setting *row = &service->settings.rows[i];
        fprintf(to, "| `%s` | %s | %ld | %ld | %s |\n", row->name, row->usual, row->least,
                row->most, row->about);
    }
}

static void print_limits(FILE *to, const struct service *service)
{
    if (service->limits.count)
        fprintf(to, "\n## Limits\n\n| field of a command | most bytes |\n|---|---|\n");
    for (size_t i = 0; i < service->limits.count; i++)
        fprintf(to, "| `%s` | %zu |\n", service->limits.rows[i].field,
                service->limits.rows[i].most);
}

void contract_print(FILE *to, const struct service *service)
{
    fprintf(to, "# %s\n\n%s\n", service->name, service->about);
    for (size_t i = 0; i < service->lives.count; i++) {
        fprintf(to, "\n## The life of a %s\n\n```mermaid\n", service->lives.rows[i].noun);
        lifecycle_print(to, &service->lives.rows[i]);
        fprintf(to, "```\n");
    }
    print_commands(to, "Commands", service->commands.rows, service->commands.count);
    print_limits(to, service);
    print_commands(to, "Queries", service->queries.rows, service->queries.count);
    print_events(to, service);
    print_reactions(to, service);
    if (service->timers.count)
        fprintf(to, "\n## Timers\n\n");
    for (size_t i = 0; i < service->timers.count; i++)
        fprintf(to, "- `%s`\n", service->timers.rows[i].name);
    print_settings(to, service);
}
