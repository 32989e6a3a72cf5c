#include "http/problem.h"

#include "edge/message.h"

static const struct {
    int status;
    const char *title;
} titles[] = {
    {304, "Not Modified"                   },
    {400, "Bad Request"                    },
    {401, "Unauthorized"                   },
    {403, "Forbidden"                      },
    {404, "Not Found"                      },
    {405, "Method Not Allowed"             },
    {406, "Not Acceptable"                 },
    {408, "Request Timeout"                },
    {409, "Conflict"                       },
    {410, "Gone"                           },
    {412, "Precondition Failed"            },
    {413, "Content Too Large"              },
    {414, "URI Too Long"                   },
    {415, "Unsupported Media Type"         },
    {417, "Expectation Failed"             },
    {422, "Unprocessable Content"          },
    {429, "Too Many Requests"              },
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"          },
    {501, "Not Implemented"                },
    {503, "Service Unavailable"            },
    {504, "Gateway Timeout"                },
    {505, "HTTP Version Not Supported"     },
    {200, "OK"                             },
    {201, "Created"                        },
};

static const int statuses[] = {
    [OK] = 200,        [INVALID] = 422,     [UNREADABLE] = 400, [UNAUTHENTICATED] = 401,
    [FORBIDDEN] = 403, [NOT_FOUND] = 404,   [CONFLICT] = 409,   [STALE] = 412,
    [TOO_MANY] = 429,  [UNAVAILABLE] = 503, [DEADLINE] = 504,   [NOT_ACTIVE] = 503,
    [GONE] = 410,      [DEFECT] = 500,
};

int problem_status(uint32_t kind)
{
    return kind < LENGTH(statuses) ? statuses[kind] : 500;
}

const char *problem_title(int status)
{
    for (size_t i = 0; i < LENGTH(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

unsigned problem_retry_seconds(const struct problem *problem)
{
    if (problem->status != 429 && problem->status != 503)
        return 0;
    unsigned seconds = (problem->retry_after_ms + 999) / 1000;
    return seconds ? seconds : 1;
}

struct problem problem_of(const AnswerHeader *header)
{
    return (struct problem){
        .status = problem_status(header->kind),
        .reason = header->reason,
        .detail = header->sentence,
        .violations = (const Violation *const *)header->violations,
        .violation_count = header->n_violations,
        .state = header->state,
        .allowed = (const char *const *)header->allowed,
        .allowed_count = header->n_allowed,
        .retry_after_ms = header->retry_after_ms,
    };
}

static void add_member(struct text *to, const char *name, const char *value)
{
    if (text_empty(value))
        return;
    text_print(to, ",\"%s\":", name);
    message_json_string(to, value);
}

static void add_violations(struct text *to, const struct problem *problem)
{
    for (size_t i = 0; i < problem->violation_count; i++) {
        const Violation *violation = problem->violations[i];
        text_add(to, i ? ",{\"field\":" : ",\"violations\":[{\"field\":");
        message_json_string(to, violation->field);
        text_add(to, ",\"reason\":");
        message_json_string(to, violation->reason);
        text_add(to, ",\"detail\":");
        message_json_string(to, violation->detail);
        text_add(to, "}");
    }
    if (problem->violation_count)
        text_add(to, "]");
}

static void add_allowed(struct text *to, const struct problem *problem)
{
    if (text_empty(problem->state) && problem->allowed_count == 0)
        return;
    text_add(to, ",\"allowed\":[");
    for (size_t i = 0; i < problem->allowed_count; i++) {
        text_add(to, i ? "," : "");
        message_json_string(to, problem->allowed[i]);
    }
    text_add(to, "]");
}

void problem_print(struct text *to, const struct problem *problem, const char *trace_id)
{
    const char *reason = text_empty(problem->reason) ? "unknown" : problem->reason;
    text_print(to, "{\"type\":\"urn:afterline:problem:%s\",\"title\":\"%s\",\"status\":%d", reason,
               problem_title(problem->status), problem->status);
    add_member(to, "detail", problem->detail);
    add_member(to, "reason", reason);
    add_member(to, "trace_id", trace_id);
    add_violations(to, problem);
    add_member(to, "state", problem->state);
    add_allowed(to, problem);
    add_member(to, "oldest", problem->oldest);
    unsigned wait = problem_retry_seconds(problem);
    if (wait)
        text_print(to, ",\"retry_after_seconds\":%u", wait);
    text_add(to, "}");
}
