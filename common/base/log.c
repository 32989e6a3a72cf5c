#include "base/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

/* What a pipe takes in one piece: longer lines are cut, and say so. */
enum { LINE_BYTES = 4096 };

static const char *name = "-";

void log_name(const char *instance)
{
    name = instance;
}

/* What would break the line apart becomes a space; a line that is too long ends in "...". */
static size_t finish_line(char *line, size_t length)
{
    if (length > LINE_BYTES - 1) {
        length = LINE_BYTES - 1;
        memcpy(line + length - 3, "...", 3);
    }
    for (size_t i = 0; i < length; i++)
        if (iscntrl((unsigned char)line[i]))
            line[i] = ' ';
    line[length] = '\n';
    return length + 1;
}

__attribute__((format(printf, 2, 0))) static void write_line(const char *level, const char *format,
                                                             va_list arguments)
{
    char line[LINE_BYTES];
    char now[CLOCK_TEXT_BYTES];
    int saved = errno;

    clock_write(now, clock_now_ms());
    int head = snprintf(line, sizeof line, "ts=%s level=%s service=%.64s ", now, level, name);
    int rest = vsnprintf(line + head, sizeof line - (size_t)head, format, arguments);
    size_t length = finish_line(line, (size_t)head + (rest > 0 ? (size_t)rest : 0));

    /* A log that cannot be written stops nobody. */
    while (write(STDERR_FILENO, line, length) < 0 && errno == EINTR)
        ;
    errno = saved;
}

void log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line("info", format, arguments);
    va_end(arguments);
}

void log_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line("warn", format, arguments);
    va_end(arguments);
}

void log_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line("error", format, arguments);
    va_end(arguments);
}

static void add_quoted(struct text *quoted, unsigned char byte)
{
    if (byte == '"' || byte == '\\')
        text_print(quoted, "\\%c", byte);
    else if (byte == '\n')
        text_add(quoted, "\\n");
    else if (iscntrl(byte))
        text_print(quoted, "\\x%02x", byte);
    else
        text_add_bytes(quoted, &byte, 1);
}

char *log_quote(struct arena *arena, const char *value)
{
    struct text quoted = text_new(arena);

    text_add(&quoted, "\"");
    for (const char *at = value; *at; at++)
        add_quoted(&quoted, (unsigned char)*at);
    text_add(&quoted, "\"");
    return quoted.at;
}
