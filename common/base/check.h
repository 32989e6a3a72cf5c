/*
 * check: assertions that stay in production, and an end for a start that cannot succeed.
 *
 * CHECK is for defects: what it tests can only be false if the code is wrong.  The process ends,
 * PostgreSQL rolls back, the supervisor starts it again.  die() is for the time before the loop
 * runs: a bad setting, a missing file.
 */
#pragma once

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

_Noreturn void check_failed(const char *file, int line, const char *condition);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
