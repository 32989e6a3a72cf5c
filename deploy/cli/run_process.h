/*
 * process: what /proc knows of a process, so that a number is never mistaken for who had it before.
 */
#pragma once

#include <stdbool.h>

struct process {
    int pid;
    int parent;
    char name[16];            /* as the kernel has it: "postgres" */
    unsigned long long since; /* ticks since boot when it started */
};

/* False where there is none, or where it has ended and nobody has asked for its status. */
bool process_find(int pid, struct process *process);

/*
 * Ends what an earlier keeper left running, by the list it wrote, the last started first, for
 * nobody asks one who is gone; returns when it is gone, and how many there were.
 */
unsigned processes_end_left(const char *list);

/* Backends that outlived their postmaster become our children.  Ends them and takes their status;
 * true when none is left. */
bool processes_end_orphans(const char *name);
