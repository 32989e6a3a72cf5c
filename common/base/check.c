#include "base/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

_Noreturn void check_failed(const char *file, int line, const char *condition)
{
    log_error("said=defect at=%s:%d check=\"%s\"", file, line, condition);
    abort();
}

/* Whoever starts a daemon by hand reads a sentence, not a log line. */
_Noreturn void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}
