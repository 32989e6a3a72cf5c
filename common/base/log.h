/*
 * log: one line per fact, key=value, to standard error.
 *
 * `log_info("did=%s said=%s", …)` becomes `ts=… level=info service=intake.0 did=… said=…`.  The
 * caller writes `key=value` pairs; values with spaces are wrapped by log_quote.  One write(2) per
 * line, so threads and processes may share a file.  Personal data never goes into a log.
 */
#pragma once

#include "base/arena.h"

void log_name(const char *instance); /* once, at start */

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "a \"b\"\n" → "\"a \\\"b\\\"\\n\"": a value that stays on its line whatever it contains. */
char *log_quote(struct arena *arena, const char *value);
