#include "daemon/lifecycle.h"

#include <string.h>

#include "daemon/words.h"

const char *lifecycle_next(const struct lifecycle *life, const char *state, const char *by)
{
    for (size_t i = 0; i < life->moves.count; i++) {
        const struct move *move = &life->moves.rows[i];
        if (strcmp(move->from, state) == 0 && strcmp(move->by, by) == 0)
            return move->to;
    }
    return NULL;
}

const char **lifecycle_allowed(struct arena *arena, const struct lifecycle *life, const char *state)
{
    const char **allowed = arena_take(arena, (life->moves.count + 1) * sizeof *allowed);
    size_t count = 0;

    for (size_t i = 0; i < life->moves.count; i++) {
        const struct move *move = &life->moves.rows[i];
        if (life->unasked && strcmp(move->by, life->unasked) == 0)
            continue;
        if (strcmp(move->from, state) == 0 && !word_is_among(move->by, allowed))
            allowed[count++] = move->by;
    }
    return allowed;
}

static bool leads_on(const struct lifecycle *life, const char *state)
{
    for (size_t i = 0; i < life->moves.count; i++)
        if (strcmp(life->moves.rows[i].from, state) == 0)
            return true;
    return false;
}

static bool reached_before(const struct lifecycle *life, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(life->moves.rows[i].to, life->moves.rows[row].to) == 0)
            return true;
    return false;
}

/* A life begins where its first row does, and ends where no row leads on. */
void lifecycle_print(FILE *to, const struct lifecycle *life)
{
    const struct move *rows = life->moves.rows;

    fputs("stateDiagram-v2\n", to);
    if (life->moves.count > 0)
        fprintf(to, "    [*] --> %s\n", rows[0].from);
    for (size_t i = 0; i < life->moves.count; i++)
        fprintf(to, "    %s --> %s: %s\n", rows[i].from, rows[i].to, rows[i].by);
    for (size_t i = 0; i < life->moves.count; i++)
        if (!leads_on(life, rows[i].to) && !reached_before(life, i))
            fprintf(to, "    %s --> [*]\n", rows[i].to);
}
