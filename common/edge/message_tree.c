#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "base/table.h"
#include "edge/message_tree.h"

/* ---- jansson within a budget ---- */
/*
 * jansson makes some two hundred bytes of every "{}".  While one thread parses, what jansson asks
 * for comes from the request's arena and counts against a purse; the tree is never given back, it
 * is forgotten with the arena, so strings are used where they lie.  jansson's allocator is one for
 * the whole process, hence the pointer per thread: outside of a parse it is malloc.
 */
struct purse {
    struct arena *arena;
    size_t left;
    bool empty; /* it has refused */
};

/* A provider's leanest job update takes 14 times its size. */
enum { BUDGET_TIMES = 32 };

static _Thread_local struct purse *purse;

static void *purse_take(size_t size)
{
    if (!purse)
        return malloc(size);
    purse->empty |= size > purse->left;
    if (purse->empty)
        return NULL;
    purse->left -= size;
    return arena_take(purse->arena, size);
}

static void purse_give_back(void *memory)
{
    if (!purse)
        free(memory);
}

static void take_over_allocation(void)
{
    json_set_alloc_funcs(purse_take, purse_give_back);
}

/* ---- where in the bytes ---- */

static void start_container(struct inspection *in, bool object)
{
    if (object)
        enter_field(in, "", 0);
    else
        enter_item(in, 0);
}

/*
 * Leaves the inspection at the place that byte `upto` belongs to; false where it is too deep.  It
 * need not understand what is not JSON: jansson judges, this only tells where.
 */
static bool find_place(struct inspection *in, struct bytes json, size_t upto)
{
    bool name_next = false;

    in->depth = 0;
    for (size_t at = 0; at < upto; at++) {
        char c = (char)json.at[at];
        struct step *step = in->depth > 0 ? &in->steps[in->depth - 1] : NULL;
        if (c == '"') {
            size_t end = message_string_end((struct bytes){json.at, upto}, at);
            if (name_next && step)
                *step = (struct step){(const char *)json.at + at + 1, end - at - (end > at), 0};
            at = end;
        } else if (c == '{' || c == '[') {
            if (in->depth == MESSAGE_DEPTH_MOST)
                return false;
            start_container(in, c == '{');
        } else if ((c == '}' || c == ']') && step) {
            leave(in);
        } else if (c == ',' && step && !step->name) {
            step->index++;
        }
        if (c == '{' || c == ':' || c == ',')
            name_next = c != ':' && in->depth > 0 && in->steps[in->depth - 1].name;
    }
    return true;
}

/* ---- bytes to a tree ---- */

/* What jansson calls an error and how its sentence begins; what we call it. */
static const struct misreading {
    enum json_error_code code;
    const char *text;
    const char *reason;
    const char *expected;
} misreadings[] = {
    {json_error_invalid_utf8,     "",                "bad_utf8",        "text in UTF-8"       },
    {json_error_invalid_syntax,   "invalid Unicode", "bad_utf8",        "paired surrogates"   },
    {json_error_null_character,   "",                "nul_character",   "text without U+0000" },
    {json_error_null_byte_in_key, "",                "nul_character",   "names without U+0000"},
    {json_error_duplicate_key,    "",                "duplicate_field", "each name once"      },
    {json_error_numeric_overflow, "",                "out_of_range",    "a number in range"   },
};

static bool misread(struct inspection *in, struct bytes json, const json_error_t *error)
{
    for (size_t i = 0; i < LENGTH(misreadings); i++) {
        const struct misreading *known = &misreadings[i];
        if (json_error_code(error) != known->code
            || strncmp(error->text, known->text, strlen(known->text)) != 0)
            continue;
        find_place(in, json, (size_t)error->position);
        return flawed(in, known->reason, "expected %s; line %d, column %d", known->expected,
                      error->line, error->column);
    }
    return flawed(in, "not_json", "expected JSON; line %d, column %d: %s", error->line,
                  error->column, error->text);
}

json_t *message_tree(struct inspection *in, struct bytes json)
{
    static once_flag once = ONCE_FLAG_INIT;
    size_t budget = message_budget(json.size, BUDGET_TIMES);
    struct purse own = {in->arena, budget, false};
    json_error_t error;

    call_once(&once, take_over_allocation);
    if (!find_place(in, json, json.size)) {
        in->depth = 0;
        flawed(in, "too_deep", "expected at most %d levels", MESSAGE_DEPTH_MOST);
        return NULL;
    }
    in->depth = 0;
    purse = &own;
    json_t *tree = json_loadb((const char *)json.at, json.size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    purse = NULL;
    if (!tree && own.empty)
        flawed(in, "too_large", "expected JSON that is read in at most %zu bytes", budget);
    else if (!tree)
        misread(in, json, &error);
    return tree;
}
