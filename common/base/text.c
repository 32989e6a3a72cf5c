#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum { ROOM_AT_FIRST = 64 };

struct text text_new(struct arena *arena)
{
    return (struct text){arena, arena_take(arena, ROOM_AT_FIRST), 0, ROOM_AT_FIRST};
}

void text_reserve(struct text *text, size_t more)
{
    if (more < text->room - text->length)
        return;
    size_t room = text->room * 2;
    if (room <= text->length + more)
        room = text->length + more + 1;

    text->at = arena_grow(text->arena, text->at, text->room, room);
    text->room = room;
}

void text_add_bytes(struct text *text, const void *more, size_t size)
{
    if (!size)
        return;
    text_reserve(text, size);
    memcpy(text->at + text->length, more, size);
    text->length += size;
    text->at[text->length] = '\0';
}

void text_add(struct text *text, const char *more)
{
    text_add_bytes(text, more, strlen(more));
}

void text_print(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t room = text->room - text->length;

    va_start(arguments, format);
    int length = vsnprintf(text->at + text->length, room, format, arguments);
    va_end(arguments);
    CHECK(length >= 0);

    if ((size_t)length >= room) {
        text_reserve(text, (size_t)length);
        va_start(arguments, format);
        vsnprintf(text->at + text->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    text->length += (size_t)length;
}

bool text_blank(const char *text)
{
    static const char wide[] = "\u3000";
    const char *at = text_or_empty(text);

    while (*at) {
        size_t size = strncmp(at, wide, sizeof wide - 1) == 0 ? sizeof wide - 1 : 1;
        if (size == 1 && !isspace((unsigned char)*at))
            return false;
        at += size;
    }
    return true;
}

uint64_t text_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

char *text_snake(struct arena *arena, const char *pascal)
{
    char *snake = arena_take(arena, strlen(pascal) * 2 + 1);
    char *to = snake;

    for (const char *from = pascal; *from; from++) {
        if (isupper((unsigned char)*from) && from != pascal)
            *to++ = '_';
        *to++ = (char)tolower((unsigned char)*from);
    }
    return snake;
}

char *text_event_type(struct arena *arena, const char *message)
{
    const char *after_package = strrchr(message, '.');
    char *type = text_snake(arena, after_package ? after_package + 1 : message);
    char *participle = strchr(type, '_');

    if (participle)
        *participle = '.';
    return type;
}
