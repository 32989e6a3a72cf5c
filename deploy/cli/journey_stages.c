#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "journey_inside.h"

static void count_request(struct journey *journey, const struct web_answer *answer)
{
    journey->travel->ledger->requests++;
    journey->travel->ledger->repeated += answer->replayed;
}

/* ---- before the ticket ---- */

static void take_first(struct journey *journey, const struct web_answer *answer)
{
    if (answer->status >= 400 && answer->status != 409) {
        journey_lose(journey, journey_reason(journey, answer), journey_explain(journey, answer));
        return;
    }
    json_object_set_new(journey->travel->ready, journey->asked, json_true());
    if (answer->status < 400)
        count_request(journey, answer);
}

/* What must be there before the ticket is made once; 409 says that it is there. */
bool stage_first(struct journey *journey)
{
    struct travel *travel = journey->travel;
    struct arena *arena = journey->row->arena;
    struct call call;

    while (!journey->ticket
           && map_first(travel->map, arena, journey->first, &journey->row->entry, &call)) {
        char *body = json_dumps(call.body, JSON_COMPACT | JSON_SORT_KEYS);
        const char *what = arena_print(arena, "%s %s", call.path, body);
        free(body);
        journey->first++;
        if (json_object_get(travel->ready, what)) {
            json_decref(call.body);
            continue;
        }
        journey->asked = what;
        journey_ask(journey, &call, journey_key_once(journey, what), take_first);
        return true;
    }
    return false;
}

static void take_author(struct journey *journey, const struct web_answer *answer)
{
    const json_t *first = json_array_get(json_object_get(answer->body, "items"), 0);
    const char *caller = web_text(first, "caller");

    if (*caller && strcmp(caller, journey->travel->caller) != 0)
        journey_lose(journey, "already_there",
                     arena_print(journey->row->arena, "it was registered by %s", caller));
}

/* The oldest ticket that came through this channel; lists are newest first. */
static const json_t *oldest_of(const json_t *items, const char *channel)
{
    for (size_t i = json_array_size(items); i > 0; i--) {
        const json_t *ticket = json_array_get(items, i - 1);
        if (strcmp(web_text(ticket, "channel"), channel) == 0)
            return ticket;
    }
    return NULL;
}

static void take_known(struct journey *journey, const struct web_answer *answer)
{
    struct arena *arena = journey->row->arena;
    const json_t *known = oldest_of(json_object_get(answer->body, "items"), journey->channel);
    int64_t recorded_ms;

    if (!known)
        return;
    const char *id = web_text(known, "ticket_id"), *at = web_text(known, "recorded_at");
    if (clock_parse(at, &recorded_ms)
        && clock_now_ms() - recorded_ms > JOURNEY_KEYS_KEPT_DAYS * (int64_t)DAY_MS) {
        journey_lose(journey, "already_there",
                     arena_print(arena, "%s was registered at %s", id, at));
        return;
    }
    journey_look(journey, arena_print(arena, "/v1/tickets/%s/timeline?limit=1", id), take_author);
}

/*
 * Is it there already?
 *
 * The house repeats its answer to our registration for days only, and only to the key that asked.
 * Where it would not, registering would make a second ticket; so the row is refused instead.
 */
bool stage_known(struct journey *journey)
{
    struct arena *arena = journey->row->arena;

    if (journey->ticket || journey->looked)
        return false;
    journey->looked = true;
    struct call call = map_register(journey->travel->map, arena, &journey->row->entry);
    const char *reference = arena_copy(arena, web_text(call.body, "channel_ref"));
    journey->channel = arena_copy(arena, web_text(call.body, "channel"));
    if (*reference) {
        const char *path =
            arena_print(arena, "/v1/tickets?limit=50&channel_ref=%s", web_escape(arena, reference));
        journey_look(journey, path, take_known);
    }
    json_decref(call.body);
    return *reference;
}

static void take_ticket(struct journey *journey, const struct web_answer *answer)
{
    if (answer->status >= 400) {
        journey_lose(journey, journey_reason(journey, answer), journey_explain(journey, answer));
        return;
    }
    count_request(journey, answer);
    journey->moved = true;
    journey->travel->ledger->tickets++;
    journey->ticket = map_remember(journey->travel->map, answer->body);
}

bool stage_register(struct journey *journey)
{
    if (journey->ticket)
        return false;
    struct call call =
        map_register(journey->travel->map, journey->row->arena, &journey->row->entry);
    journey->asked = "register";
    journey_ask(journey, &call, journey_key(journey, NULL, "register"), take_ticket);
    return true;
}

/* ---- the ticket on its way ---- */

/* What the ticket is now; of a refusal at least its state. */
static void take_move(struct journey *journey, const struct web_answer *answer)
{
    if (answer->status >= 400) {
        json_t *state = json_object_get(answer->body, "state");
        if (state)
            json_object_set(journey->ticket, "state", state);
        journey_refuse(journey, journey_reason(journey, answer), journey_explain(journey, answer));
        return;
    }
    count_request(journey, answer);
    journey->moved = true;
    if (!json_object_get(answer->body, "ticket_id"))
        return;
    json_decref(journey->ticket);
    journey->ticket = map_remember(journey->travel->map, answer->body);
}

static bool move(struct journey *journey, struct call call, const char *what)
{
    struct arena *arena = journey->row->arena;

    if (journey->step++ == JOURNEY_STEPS_MOST) {
        json_decref(call.body);
        journey_refuse(journey, "too_many_steps", "the map does not bring the ticket to an end");
        return true;
    }
    const char *step = arena_print(arena, "%u %s %s", journey->step, call.method, call.path);
    call.path =
        arena_print(arena, "/v1/tickets/%s%s", web_text(journey->ticket, "ticket_id"), call.path);
    journey->asked = what;
    journey_ask(journey, &call, journey_key(journey, journey->row->digest, step), take_move);
    return true;
}

/* Asked again until nothing differs: one field may move another, as urgency moves priority. */
bool stage_amend(struct journey *journey)
{
    struct call call =
        map_amend(journey->travel->map, journey->row->arena, &journey->row->entry, journey->ticket);

    return call.body && move(journey, call, "amend");
}

/* The end of the detour, or where the row wants the ticket. */
static const char *next_target(const struct journey *journey)
{
    const json_t *through = json_array_get(journey->detour, journey->detour_at);

    return through ? json_string_value(through)
                   : map_target(journey->travel->map, journey->row->arena, &journey->row->entry);
}

bool stage_walk(struct journey *journey)
{
    const struct map *map = journey->travel->map;
    struct arena *arena = journey->row->arena;
    const char *position = map_position(map, arena, journey->ticket);
    const char *target = next_target(journey);

    while (strcmp(position, target) == 0) {
        if (journey->detour_at >= json_array_size(journey->detour))
            return false;
        journey->detour_at++;
        target = next_target(journey);
    }
    const char *action = map_action(map, target, position);
    if (action)
        return move(journey, map_act(map, arena, action, &journey->row->entry), action);
    journey_refuse(
        journey, "no_way",
        arena_print(arena, "the map leads from '%s' not towards '%s'", position, target));
    return true;
}

/* A counter that is behind says that something happened between two rows: make it happen. */
bool stage_detour(struct journey *journey)
{
    const struct map *map = journey->travel->map;
    struct arena *arena = journey->row->arena;

    if (journey->detour && stage_walk(journey))
        return true;
    journey->detour = map_detour(map, arena, &journey->row->entry, journey->ticket);
    journey->detour_at = 0;
    if (!journey->detour)
        return false;
    if (!stage_walk(journey))
        journey_refuse(journey, "counter_behind", "the map's detour leads nowhere");
    return true;
}

/* A row that says nothing new about the ticket is kept as a note. */
bool stage_note(struct journey *journey)
{
    if (journey->moved)
        return false;
    return move(journey, map_note(journey->travel->map, journey->row->arena, &journey->row->entry),
                "note");
}
