#include <fcntl.h>
#include <unistd.h>

#include "edge/loop_inside.h"

struct child {
    struct resident resident;
    uv_process_t process;
    void (*ended)(void *with, int status, int signal);
    void *with;
};

static void child_leave(struct resident *resident)
{
    resident_close(&((struct child *)resident)->process);
}

static void child_ended(uv_process_t *process, int64_t status, int signal)
{
    struct child *child = process->data;

    child->ended(child->with, (int)status, signal);
    if (!uv_is_closing((uv_handle_t *)process))
        child_leave(&child->resident);
}

/* Where its words go: appended to the file, or, without one, where ours go. */
static int open_log(const char *log_file)
{
    if (!log_file)
        return dup(STDERR_FILENO);
    return open(log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static int spawn(struct loop *loop, struct child *child, const char *const *arguments, int log,
                 int user, int group)
{
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        { .flags = UV_INHERIT_FD,    .data.fd = log},
        { .flags = UV_INHERIT_FD,    .data.fd = log},
    };
    uv_process_options_t options = {
        .exit_cb = child_ended,
        .file = arguments[0],
        .args = (char **)(uintptr_t)arguments,
        .flags = (user < 0 ? 0u : (unsigned)UV_PROCESS_SETUID)
                 | (group < 0 ? 0u : (unsigned)UV_PROCESS_SETGID),
        .stdio_count = 3,
        .stdio = stdio,
        .uid = user < 0 ? 0 : (uv_uid_t)user,
        .gid = group < 0 ? 0 : (uv_gid_t)group,
    };

    return uv_spawn(&loop->uv, &child->process, &options);
}

struct child *child_start(struct loop *loop, const char *const *arguments, const char *log_file,
                          int user, int group, void (*ended)(void *with, int status, int signal),
                          void *with, const char **why)
{
    int log = open_log(log_file);
    if (log < 0) {
        *why = "its log can't be opened";
        return NULL;
    }

    struct child *child = resident_new(sizeof *child, child_leave);
    child->ended = ended;
    child->with = with;
    int error = spawn(loop, child, arguments, log, user, group);
    close(log);
    resident_own(&child->resident, &child->process);
    if (error) {
        *why = uv_strerror(error);
        child_leave(&child->resident);
        return NULL;
    }
    return child;
}

int child_pid(const struct child *child)
{
    return uv_process_get_pid(&child->process);
}

void child_signal(struct child *child, int signal)
{
    uv_process_kill(&child->process, signal);
}
