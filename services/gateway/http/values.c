#include "http/values.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

const char *value_idempotency_key(struct arena *arena, const char *value)
{
    size_t size = strlen(value);
    bool quoted = size >= 2 && value[0] == '"' && value[size - 1] == '"';
    if (quoted) {
        value++;
        size -= 2;
    }

    char *key = arena_take(arena, size + 1);
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        bool escaped = quoted && value[i] == '\\';
        if (escaped && (++i == size || (value[i] != '"' && value[i] != '\\')))
            return NULL;
        if (value[i] < 0x20 || value[i] > 0x7e || (value[i] == '"' && !escaped))
            return NULL;
        key[length++] = value[i];
    }
    return length && length <= IDEMPOTENCY_KEY_MOST ? key : NULL;
}

bool value_version(const char *value, uint64_t *version)
{
    *version = 0;
    if (strcmp(value, "*") == 0)
        return true;
    size_t digits = *value == '"' ? strspn(value + 1, "0123456789") : 0;
    if (digits == 0 || digits > 19 || strcmp(value + 1 + digits, "\"") != 0)
        return false;
    *version = strtoull(value + 1, NULL, 10);
    return *version > 0;
}

bool value_lists_version(const char *value, uint64_t version)
{
    if (strcmp(value, "*") == 0)
        return true;
    for (const char *at = value; *at; at += strcspn(at, ","), at += *at == ',') {
        at += strspn(at, " \t");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        char *end = NULL;
        bool digit = at[0] == '"' && at[1] >= '0' && at[1] <= '9';
        if (digit && strtoull(at + 1, &end, 10) == version && *end == '"')
            return true;
    }
    return false;
}

/* Whether parameters ("; q=0.0; …") give a quality of zero. */
static bool declines(const char *parameters, size_t size)
{
    const char *end = parameters + size;
    for (const char *at = parameters; at < end; at++) {
        if (strncasecmp(at, "q=", 2) != 0 || (at[-1] != ';' && at[-1] != ' '))
            continue;
        return strtod(at + 2, NULL) <= 0;
    }
    return false;
}

static bool range_takes(const char *range, size_t size, const char *type)
{
    size_t main = strcspn(type, "/") + 1;
    if (size == 3 && strncmp(range, "*/*", 3) == 0)
        return true;
    if (size == main + 1 && strncasecmp(range, type, main) == 0 && range[main] == '*')
        return true;
    return size == strlen(type) && strncasecmp(range, type, size) == 0;
}

bool value_accepts(const char *accept, const char *type)
{
    if (!accept || !*accept)
        return true;
    for (const char *at = accept; *at; at += *at == ',') {
        at += strspn(at, " \t");
        size_t whole = strcspn(at, ",");
        size_t size = strcspn(at, ";, \t");
        if (range_takes(at, size, type) && !declines(at + size, whole - size))
            return true;
        at += whole;
    }
    return false;
}

bool value_is_type(const char *content_type, const char *type)
{
    size_t size = strlen(type);
    if (strncasecmp(content_type, type, size) != 0)
        return false;
    const char *rest = content_type + size + strspn(content_type + size, " \t");
    if (*rest == '\0')
        return true;
    if (*rest != ';')
        return false;
    rest += 1 + strspn(rest + 1, " \t");
    return strcasecmp(rest, "charset=utf-8") == 0 || strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

static bool is_hex(const char *at, size_t size)
{
    bool zero = true;
    for (size_t i = 0; i < size; i++) {
        if (!((at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f')))
            return false;
        zero = zero && at[i] == '0';
    }
    return !zero;
}

bool value_trace(const char *traceparent, char id[33])
{
    if (strlen(traceparent) != TRACE_SIZE - 1 || strncmp(traceparent, "00-", 3) != 0)
        return false;
    bool dashes = traceparent[35] == '-' && traceparent[52] == '-';
    bool flags = strspn(traceparent + 53, "0123456789abcdef") == 2;
    if (!dashes || !flags || !is_hex(traceparent + 3, 32) || !is_hex(traceparent + 36, 16))
        return false;
    memcpy(id, traceparent + 3, 32);
    id[32] = '\0';
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte an escape at `at` stands for; −1 where it is broken. */
static int escaped_byte(const char *at, size_t left)
{
    int high = left >= 3 ? hex_digit(at[1]) : -1;
    int low = left >= 3 ? hex_digit(at[2]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

const char *value_decode(struct arena *arena, const char *encoded, size_t size, bool plus)
{
    char *text = arena_take(arena, size + 1);
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        int byte = (unsigned char)encoded[i];
        if (byte == '+' && plus)
            byte = ' ';
        if (byte == '%') {
            byte = escaped_byte(encoded + i, size - i);
            i += 2;
        }
        if (byte < 0x20 || byte == 0x7f)
            return NULL;
        text[length++] = (char)byte;
    }
    return utf8_is(text, length) ? text : NULL;
}

bool value_parameter(struct arena *arena, const char **query, struct parameter *parameter)
{
    const char *at = *query + strspn(*query, "&");
    if (!*at)
        return false;
    size_t whole = strcspn(at, "&");
    size_t name = strcspn(at, "=&");
    const char *value = at[name] == '=' ? at + name + 1 : at + name;

    parameter->name = value_decode(arena, at, name, true);
    parameter->value = value_decode(arena, value, (size_t)(at + whole - value), true);
    if (!parameter->name || !*parameter->name)
        *parameter = (struct parameter){"", NULL};
    *query = at + whole;
    return true;
}
