#include "run_process.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { PATIENCE_MS = 10000, LOOK_EVERY_MS = 20, LISTED_MOST = 100 };

bool process_find(int pid, struct process *process)
{
    char file[32], line[1024];
    snprintf(file, sizeof file, "/proc/%d/stat", pid);
    FILE *from = fopen(file, "re");
    if (!from)
        return false;
    bool got = fgets(line, sizeof line, from) != NULL;
    fclose(from);

    /* The name stands in brackets and may hold some itself. */
    char *open = strchr(line, '('), *close = strrchr(line, ')');
    char state;
    if (!got || !open || !close)
        return false;
    *process = (struct process){.pid = pid};
    snprintf(process->name, sizeof process->name, "%.*s", (int)(close - open - 1), open + 1);
    int read = sscanf(close + 1,
                      " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d"
                      " %llu",
                      &state, &process->parent, &process->since);
    return read == 3 && state != 'Z' && state != 'X';
}

static bool is_still(const struct process *left)
{
    struct process now;
    return process_find(left->pid, &now) && now.since == left->since;
}

static void end_left(const struct process *left)
{
    /* PostgreSQL takes SIGINT for "at once, but properly". */
    bool postgres = strcmp(left->name, "postgres") == 0;
    log_warn("did=end_left process=%s pid=%d", left->name, left->pid);
    kill(left->pid, postgres ? SIGINT : SIGTERM);
    kill(left->pid, SIGCONT);

    const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
    int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
    while (is_still(left)) {
        if (clock_monotonic_ms() > deadline)
            kill(left->pid, SIGKILL);
        nanosleep(&pause, NULL);
    }
}

unsigned processes_end_left(const char *list)
{
    FILE *from = fopen(list, "re");
    if (!from)
        return 0;

    struct process left[LISTED_MOST];
    char name[64];
    unsigned count = 0, ended = 0;
    while (count < LISTED_MOST
           && fscanf(from, "%63s %d %llu", name, &left[count].pid, &left[count].since) == 3) {
        snprintf(left[count].name, sizeof left[count].name, "%.15s", name);
        count++;
    }
    fclose(from);

    while (count-- > 0) {
        if (!is_still(&left[count]))
            continue;
        end_left(&left[count]);
        ended++;
    }
    return ended;
}

bool processes_end_orphans(const char *name)
{
    DIR *all = opendir("/proc");
    if (!all)
        return true;

    bool none = true;
    for (struct dirent *entry; (entry = readdir(all));) {
        int pid = atoi(entry->d_name);
        struct process process;
        if (pid <= 0)
            continue;
        bool alive = process_find(pid, &process);
        if (process.parent != getpid() || strcmp(process.name, name) != 0)
            continue;
        if (alive)
            kill(pid, SIGKILL);
        none = waitpid(pid, NULL, WNOHANG) == pid && none;
    }
    closedir(all);
    return none;
}
