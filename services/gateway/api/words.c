#include "api/words.h"

#include <messages.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { WORDS_MOST = 1024 };

static int by_name(const void *one, const void *other)
{
    const ProtobufCMessageDescriptor *const *a = one, *const *b = other;
    return strcmp((*a)->name, (*b)->name);
}

static int is_named(const void *name, const void *type)
{
    const ProtobufCMessageDescriptor *const *at = type;
    return strcmp(name, (*at)->name);
}

const ProtobufCMessageDescriptor *word_type(const char *name)
{
    static const ProtobufCMessageDescriptor *sorted[WORDS_MOST];
    if (!sorted[0]) {
        CHECK(message_type_count <= WORDS_MOST);
        memcpy(sorted, message_types, message_type_count * sizeof *sorted);
        qsort(sorted, message_type_count, sizeof *sorted, by_name);
    }
    const ProtobufCMessageDescriptor **found =
        bsearch(name, sorted, message_type_count, sizeof *sorted, is_named);
    return found ? *found : NULL;
}
