#include "daemon/words.h"

#include <string.h>

bool word_is_among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

void require_text(struct request *req, const char *field, const char *text)
{
    if (text_blank(text))
        violate(req, field, "missing", "this has to be said");
}

bool word_fits(struct request *req, const char *field, const char *word, const char *const *words)
{
    if (text_empty(word) || word_is_among(word, words))
        return true;

    struct text expected = text_new(req->arena);
    for (size_t i = 0; words[i]; i++)
        text_print(&expected, "%s%s", i ? ", " : "", words[i]);
    violate(req, field, "unknown_word", "expected one of %s", expected.at);
    return false;
}

bool state_fits(struct request *req, const char *field, const char *state,
                const struct lifecycle *life)
{
    if (text_empty(state))
        return true;
    for (size_t i = 0; i < life->moves.count; i++)
        if (strcmp(life->moves.rows[i].from, state) == 0
            || strcmp(life->moves.rows[i].to, state) == 0)
            return true;
    violate(req, field, "unknown_word", "no %s is ever %s", life->noun, state);
    return false;
}
