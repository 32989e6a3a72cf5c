#include "ledger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_WIDTH = 30, SHOW_EVERY_MS = 200 };

bool ledger_open(struct ledger *ledger, const char *report)
{
    *ledger = (struct ledger){
        .report = report,
        .file = fopen(report, "we"),
        .bar = isatty(STDERR_FILENO),
        .begun_ms = clock_monotonic_ms(),
    };
    if (!ledger->file)
        return false;
    setvbuf(ledger->file, NULL, _IOLBF, 0);
    if (fputs("line,ticket,reason,detail\n", ledger->file) >= 0)
        return true;
    fclose(ledger->file);
    return false;
}

static void write_field(FILE *to, const char *text, char after)
{
    bool quoted = strpbrk(text, ",\"\r\n");

    if (quoted)
        putc('"', to);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', to);
        putc(*text, to);
    }
    if (quoted)
        putc('"', to);
    putc(after, to);
}

void ledger_refuse(struct ledger *ledger, unsigned long line, const char *reference,
                   const char *reason, const char *detail)
{
    ledger->refused++;
    fprintf(ledger->file, "%lu,", line);
    write_field(ledger->file, reference, ',');
    write_field(ledger->file, reason, ',');
    write_field(ledger->file, detail, '\n');
    if (ferror(ledger->file) && !ledger->lost)
        ledger->lost = strerror(errno);
}

static double seconds_since(int64_t begun_ms)
{
    int64_t ms = clock_monotonic_ms() - begun_ms;

    return (double)(ms > 0 ? ms : 1) / 1000;
}

/* Of the whole file; what is read and not settled counts for nothing yet. */
static double settled_part(const struct ledger *ledger, uint64_t read, uint64_t size)
{
    double settled = (double)(ledger->accepted + ledger->refused);

    return size && ledger->read ? (double)read / (double)size * settled / (double)ledger->read : 0;
}

void ledger_show(struct ledger *ledger, uint64_t read, uint64_t size)
{
    static const char full[BAR_WIDTH + 1] = "##############################";
    int64_t now = clock_monotonic_ms();

    if (!ledger->bar || now - ledger->shown_ms < SHOW_EVERY_MS)
        return;
    ledger->shown_ms = now;
    unsigned long settled = ledger->accepted + ledger->refused;
    double part = settled_part(ledger, read, size);
    fprintf(stderr, "\r[%-*.*s] %3d %%  %lu rows settled, %lu refused, %.0f a second ", BAR_WIDTH,
            (int)(BAR_WIDTH * part), full, (int)(100 * part), settled, ledger->refused,
            (double)settled / seconds_since(ledger->begun_ms));
}

const char *ledger_close(struct ledger *ledger)
{
    double seconds = seconds_since(ledger->begun_ms);

    if (ledger->bar)
        fputc('\n', stderr);
    printf("%lu rows: %lu accepted, %lu refused", ledger->read, ledger->accepted, ledger->refused);
    printf(ledger->refused ? " (see %s)\n" : "\n", ledger->report);
    printf("%lu tickets, %lu requests, %lu of them answered from the record\n", ledger->tickets,
           ledger->requests, ledger->repeated);
    printf("%.1f s, %.0f rows per second\n", seconds, (double)ledger->read / seconds);
    if (fclose(ledger->file) != 0 && !ledger->lost)
        ledger->lost = strerror(errno);
    return ledger->lost;
}
