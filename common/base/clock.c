#include "base/clock.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"

static _Atomic int64_t frozen_at; /* 0: not frozen */

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now_ms(void)
{
    int64_t frozen = atomic_load_explicit(&frozen_at, memory_order_relaxed);
    return frozen ? frozen : read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_monotonic_us() / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

int64_t clock_steady_ms(void)
{
    return read_clock_us(CLOCK_BOOTTIME) / 1000;
}

void clock_freeze(int64_t now_ms)
{
    atomic_store(&frozen_at, now_ms);
}

/*
 * Days and dates in the Gregorian calendar, counted in eras of 400 years that begin on the first
 * of March, so that the leap day is a year's last.
 */
static int64_t days_of_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

static char *write_digits(char *to, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + count;
}

void clock_write(char *to, int64_t ms)
{
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
    int rest = (int)(ms - days * DAY_MS);
    int year, month, day;

    date_of_days(days, &year, &month, &day);
    CHECK(year >= 0 && year <= 9999);
    to = write_digits(to, year, 4);
    *to++ = '-';
    to = write_digits(to, month, 2);
    *to++ = '-';
    to = write_digits(to, day, 2);
    *to++ = 'T';
    to = write_digits(to, rest / HOUR_MS, 2);
    *to++ = ':';
    to = write_digits(to, rest / MINUTE_MS % 60, 2);
    *to++ = ':';
    to = write_digits(to, rest / SECOND_MS % 60, 2);
    if (rest % SECOND_MS) {
        *to++ = '.';
        to = write_digits(to, rest % SECOND_MS, 3);
    }
    *to++ = 'Z';
    *to = '\0';
}

char *clock_text(struct arena *arena, int64_t ms)
{
    char text[CLOCK_TEXT_BYTES];
    clock_write(text, ms);
    return arena_copy(arena, text);
}

/* Reads exactly `count` digits of a number within bounds and moves on; false leaves *at. */
static bool read_digits(const char **at, int count, int least, int most, int *value)
{
    int read = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*at)[i]))
            return false;
        read = read * 10 + ((*at)[i] - '0');
    }
    *at += count;
    *value = read;
    return read >= least && read <= most;
}

static bool read_mark(const char **at, char mark)
{
    if (toupper((unsigned char)**at) != mark)
        return false;
    (*at)++;
    return true;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static bool read_date(const char **at, int64_t *days)
{
    int year, month, day;
    if (!(read_digits(at, 4, 1, 9999, &year) && read_mark(at, '-')
          && read_digits(at, 2, 1, 12, &month) && read_mark(at, '-')
          && read_digits(at, 2, 1, days_of_month(year, month), &day)))
        return false;
    *days = days_of_date(year, month, day);
    return true;
}

/* Digits after the third say less than a millisecond and are left out. */
static bool read_fraction(const char **at, int *ms)
{
    *ms = 0;
    if (!read_mark(at, '.'))
        return true;
    if (!isdigit((unsigned char)**at))
        return false;
    for (int worth = 100; isdigit((unsigned char)**at); worth /= 10, (*at)++)
        *ms += (**at - '0') * worth;
    return true;
}

static bool read_offset(const char **at, int64_t *ms)
{
    int hours, minutes;
    char sign = **at;

    *ms = 0;
    if (read_mark(at, 'Z'))
        return true;
    if (!(read_mark(at, '+') || read_mark(at, '-')))
        return false;
    if (!(read_digits(at, 2, 0, 23, &hours) && read_mark(at, ':')
          && read_digits(at, 2, 0, 59, &minutes)))
        return false;
    *ms = (hours * (int64_t)HOUR_MS + minutes * (int64_t)MINUTE_MS) * (sign == '-' ? -1 : 1);
    return true;
}

bool clock_parse(const char *text, int64_t *ms)
{
    const char *at = text;
    int64_t days, offset;
    int hours, minutes, seconds, thousandths;

    if (!(read_date(&at, &days) && read_mark(&at, 'T') && read_digits(&at, 2, 0, 23, &hours)
          && read_mark(&at, ':') && read_digits(&at, 2, 0, 59, &minutes) && read_mark(&at, ':')
          && read_digits(&at, 2, 0, 59, &seconds) && read_fraction(&at, &thousandths)
          && read_offset(&at, &offset) && !*at))
        return false;
    *ms = days * DAY_MS + hours * (int64_t)HOUR_MS + minutes * (int64_t)MINUTE_MS
          + seconds * (int64_t)SECOND_MS + thousandths - offset;
    return days_of_date(1, 1, 1) * DAY_MS <= *ms && *ms < days_of_date(10000, 1, 1) * DAY_MS;
}

bool clock_is_date(const char *text)
{
    const char *at = text;
    int64_t days;
    return read_date(&at, &days) && !*at;
}

__attribute__((constructor)) static void freeze_from_environment(void)
{
    const char *text = getenv("AFTERLINE_CLOCK");
    int64_t ms;

    if (!text || !*text)
        return;
    if (!clock_parse(text, &ms))
        die("AFTERLINE_CLOCK must be an RFC 3339 instant, not \"%s\"", text);
    clock_freeze(ms);
}
