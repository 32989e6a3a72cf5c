/*
 * keys: who a key belongs to, from memory.
 *
 * A key is looked up by its id through the gateway's own readers and kept; what is kept is asked
 * for again before it is KEYS_STALE_MS old, so a revocation made in another process is known within
 * that time, and one made in this process at once.  Ids that nobody holds are kept too, so that
 * guessing costs the database nothing; the number kept is bounded.  When the readers can't answer,
 * nobody is let in on an older word.
 */
#pragma once

#include "daemon/daemon.h"
#include "gateway.h"
#include "key_format.h"

enum {
    KEYS_REFRESH_MS = 2000,
    KEYS_STALE_MS = 5000,
    KEYS_HELD_MOST = 20000,
    KEYS_IDLE_MS = 60000, /* an entry nobody used for so long may be forgotten */
};

/* What is known of one key. */
struct known_key {
    struct known_key *next;
    char id[KEY_ID_SIZE + 1];
    bool there; /* made, and not revoked */
    unsigned char hash[KEY_HASH_SIZE];
    char *caller; /* "key/<id>" */
    uint32_t roles;
    char *branch;
    char *provider_id;
    int64_t known_at_ms; /* 0: not yet */
    int64_t used_at_ms;
    uint64_t asked; /* the number of the look-up that is waited for; 0: none */
    struct key_waiter *waiters;
    unsigned telling; /* rounds in which waiters are told, one inside another */
    double tokens;    /* of its bucket */
    int64_t tokens_at_us;
    unsigned streams; /* open now */
};

enum key_verdict { KEY_GOOD, KEY_UNKNOWN, KEY_UNREACHABLE };

typedef void key_checked(void *with, enum key_verdict verdict, struct known_key *key);

/* One who waits for a look-up; lies with the asker until it is told. */
struct key_waiter {
    struct key_waiter *next;
    struct api_key shown;
    key_checked *checked;
    void *with;
};

struct keys *keys_new(struct daemon *daemon);
void keys_free(struct keys *keys);

/* Tells whether `waiter->shown` is a key that is held, at once or when it is known.  The entry is
 * valid during the call. */
void keys_check(struct keys *keys, struct key_waiter *waiter);

/* What a key that was good is now: unknown once it was revoked, unreachable while nobody can say.
 * Asks again when it is time. */
enum key_verdict keys_look_again(struct keys *keys, const char *id);

/* An own event: forget what it makes untrue, an answer on its way included. */
void keys_told(struct keys *keys, const Event *event);

/* Takes one token; what is left of this second, −1 where none was left. */
long key_take_token(struct known_key *key);

/* Counts an open stream in (+1) or out (−1); false where there are too many. */
bool keys_count_stream(struct keys *keys, const char *id, int more);

/* Reads the pepper, and the administrator's key, which is then held; what is missing is made. */
void keys_admit_admin(struct daemon *daemon);
