#include "http/head.h"

#include <string.h>
#include <strings.h>

#include "base/table.h"

static const struct head_flaw fine = {0};

static struct head_flaw flaw(int status, const char *reason, const char *detail)
{
    return (struct head_flaw){status, reason, detail};
}

/* One byte of a line; false where it may not stand there. */
static bool watch_byte(struct head_watch *watch, uint8_t byte)
{
    if (byte == '\r') {
        watch->after_cr = true;
        return true;
    }
    if (watch->column == 0 && (byte == ' ' || byte == '\t'))
        return false;
    watch->column++;
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

enum head_progress head_watch(struct head_watch *watch, struct bytes held)
{
    while (watch->seen < held.size) {
        uint8_t byte = held.at[watch->seen];
        if (!watch->after_cr) {
            if (!watch_byte(watch, byte))
                return HEAD_BROKEN;
            watch->seen++;
            continue;
        }
        bool empty = watch->column == 0;
        if (byte != '\n' || (empty && watch->lines == 0))
            return HEAD_BROKEN;
        watch->seen++;
        watch->lines++;
        watch->column = 0;
        watch->after_cr = false;
        if (empty)
            return HEAD_WHOLE;
    }
    return HEAD_MORE;
}

/* What may stand once, and what is a list that may be spread over several lines. */
static const struct known {
    const char *name;
    size_t length;
    bool list;
} known[FIELD_COUNT] = {
    [FIELD_HOST] = {"host",              4,  false},
    [FIELD_CONTENT_LENGTH] = {"content-length",    14, false},
    [FIELD_TRANSFER_ENCODING] = {"transfer-encoding", 17, false},
    [FIELD_CONTENT_TYPE] = {"content-type",      12, false},
    [FIELD_AUTHORIZATION] = {"authorization",     13, false},
    [FIELD_IDEMPOTENCY_KEY] = {"idempotency-key",   15, false},
    [FIELD_EXPECT] = {"expect",            6,  false},
    [FIELD_IF_MATCH] = {"if-match",          8,  true },
    [FIELD_IF_NONE_MATCH] = {"if-none-match",     13, true },
    [FIELD_LAST_EVENT_ID] = {"last-event-id",     13, false},
    [FIELD_TRACEPARENT] = {"traceparent",       11, true },
    [FIELD_ACCEPT] = {"accept",            6,  true },
    [FIELD_CONNECTION] = {"connection",        10, true },
};

static bool is_token(const char *word)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (const char *at = word; *at; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
        if (!letter && !(*at >= '0' && *at <= '9') && !strchr(others, *at))
            return false;
    }
    return *word != '\0';
}

/* Ends the line at `at` where its CRLF stands, and returns the next one. */
static char *cut_line(char *at)
{
    char *end = strstr(at, "\r\n");
    *end = '\0';
    return end + 2;
}

static struct head_flaw read_version(const char *version, struct head *head)
{
    if (strcmp(version, "HTTP/1.1") == 0)
        return fine;
    head->old = true;
    if (strcmp(version, "HTTP/1.0") == 0)
        return fine;
    if (strncmp(version, "HTTP/", 5) == 0 && strlen(version) == 8 && version[6] == '.')
        return flaw(505, "unknown_version", "HTTP/1.1 is spoken here");
    return flaw(400, "bad_request_line", "the request line must end in HTTP/1.1");
}

static struct head_flaw read_target(char *target, struct head *head)
{
    if (strlen(target) > HEAD_TARGET_MOST)
        return flaw(414, "target_too_long", "a target has at most 8000 bytes");
    if (*target != '/')
        return flaw(400, "bad_target", "the target must begin with a slash");
    for (const char *at = target; *at; at++)
        if (*at <= ' ' || (unsigned char)*at >= 0x7f || *at == '#')
            return flaw(400, "bad_target", "a target is made of visible ASCII without #");

    char *query = strchr(target, '?');
    head->query = query ? query + 1 : "";
    if (query)
        *query = '\0';
    head->path = target;
    return fine;
}

static struct head_flaw read_request_line(char *line, struct head *head)
{
    char *target = strchr(line, ' ');
    char *version = target ? strchr(target + 1, ' ') : NULL;
    if (!version || strchr(version + 1, ' '))
        return flaw(400, "bad_request_line", "a request line has three words");
    *target++ = '\0';
    *version++ = '\0';

    if (!is_token(line) || strlen(line) > 32)
        return flaw(400, "bad_request_line", "the method must be a token");
    head->method = line;
    struct head_flaw wrong = read_version(version, head);
    return wrong.status ? wrong : read_target(target, head);
}

static char *trim(char *value)
{
    value += strspn(value, " \t");
    size_t length = strlen(value);
    while (length && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    value[length] = '\0';
    return value;
}

static struct head_flaw keep_field(struct arena *arena, size_t length, const char *name,
                                   const char *value, struct head *head)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (known[i].length != length || strcasecmp(known[i].name, name) != 0)
            continue;
        const char *before = head->of[i];
        if (before && !known[i].list)
            return flaw(400, "repeated_header", "a header that may stand once stands twice");
        head->of[i] = before ? arena_print(arena, "%s, %s", before, value) : value;
        return fine;
    }
    return fine;
}

static struct head_flaw read_field(struct arena *arena, char *line, struct head *head)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return flaw(400, "bad_header", "a header line has a colon");
    *colon = '\0';
    if (!is_token(line))
        return flaw(400, "bad_header", "a header's name is a token, the colon right behind it");
    return keep_field(arena, (size_t)(colon - line), line, trim(colon + 1), head);
}

static bool is_host(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  ".-_~:[]!$&'()*+,;=%";
    return host[strspn(host, allowed)] == '\0';
}

static struct head_flaw read_length(struct head *head)
{
    const char *length = head->of[FIELD_CONTENT_LENGTH];
    if (!length)
        return fine;
    size_t digits = strspn(length, "0123456789");
    if (digits == 0 || length[digits] != '\0')
        return flaw(400, "bad_length", "Content-Length is one number");
    if (digits > 18)
        return flaw(413, "body_too_large", "the declared length is beyond every limit");
    for (const char *at = length; *at; at++)
        head->length = head->length * 10 + (uint64_t)(*at - '0');
    return fine;
}

/* How the body is framed: a length, chunks, or none; anything that could be read twice is refused.
 */
static struct head_flaw read_framing(struct head *head)
{
    const char *encoding = head->of[FIELD_TRANSFER_ENCODING];
    if (encoding && head->old)
        return flaw(400, "bad_framing", "HTTP/1.0 knows no Transfer-Encoding");
    if (encoding && head->of[FIELD_CONTENT_LENGTH])
        return flaw(400, "bad_framing", "a length or chunks, not both");
    if (encoding && strcasecmp(encoding, "chunked") != 0)
        return flaw(501, "unknown_encoding", "the only transfer encoding is chunked");
    head->chunked = encoding != NULL;

    struct head_flaw wrong = read_length(head);
    if (wrong.status)
        return wrong;
    bool reads = strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0;
    if (reads && (head->chunked || head->length))
        return flaw(400, "unexpected_body", "GET and HEAD have no body");
    return fine;
}

static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',') {
        at += strspn(at, " \t");
        size_t size = strcspn(at, ", \t");
        if (size == length && strncasecmp(at, word, length) == 0)
            return true;
    }
    return false;
}

static struct head_flaw read_manners(struct head *head)
{
    const char *connection = head->of[FIELD_CONNECTION];
    head->close = head->old ? !connection || !list_has(connection, "keep-alive")
                            : connection && list_has(connection, "close");

    const char *expect = head->of[FIELD_EXPECT];
    if (expect && strcasecmp(expect, "100-continue") != 0)
        return flaw(417, "unknown_expectation", "the only expectation is 100-continue");
    head->awaits_continue = expect && !head->old && (head->chunked || head->length);

    const char *host = head->of[FIELD_HOST];
    if (!host && !head->old)
        return flaw(400, "missing_host", "a request names its Host");
    if (host && !is_host(host))
        return flaw(400, "bad_host", "the Host is not one");
    return fine;
}

struct head_flaw head_read(struct arena *arena, struct bytes raw, struct head *head)
{
    char *line = arena_take(arena, raw.size + 1);
    memcpy(line, raw.at, raw.size);
    *head = (struct head){0};

    char *next = cut_line(line);
    struct head_flaw wrong = read_request_line(line, head);
    for (size_t fields = 0; !wrong.status && *next != '\r'; fields++) {
        if (fields == HEAD_FIELDS_MOST)
            return flaw(431, "too_many_headers", "a head has at most 100 lines");
        line = next;
        next = cut_line(line);
        wrong = read_field(arena, line, head);
    }
    if (!wrong.status)
        wrong = read_framing(head);
    return wrong.status ? wrong : read_manners(head);
}
