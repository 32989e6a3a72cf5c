#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/ask.h"
#include "keys.h"

enum { ADMIT_AGAIN_MS = 500 };

static unsigned char pepper[KEY_PEPPER_SIZE];

const unsigned char *key_pepper(void)
{
    return pepper;
}

/* Reads a file's first word, at most `size` − 1 bytes; false where there is no such file. */
static bool read_word(const char *file, char *word, size_t size)
{
    int from = open(file, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return false;
    ssize_t length = read(from, word, size - 1);
    close(from);
    if (length < 0)
        die("cannot read %s: %s", file, strerror(errno));
    word[length] = '\0';
    word[strcspn(word, " \t\r\n")] = '\0';
    return true;
}

/*
 * Writes a file that others must not read, whole or not at all: under another name first, then
 * linked, so that of two gateways that start together one wins and both read the same word.
 */
static void write_word(const char *file, const char *word)
{
    char draft[4096];
    snprintf(draft, sizeof draft, "%s.%ld", file, (long)getpid());
    int to = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        die("cannot write %s: %s", draft, strerror(errno));
    char line[256];
    int length = snprintf(line, sizeof line, "%s\n", word);
    bool written = write(to, line, (size_t)length) == length && fsync(to) == 0;
    close(to);
    if (!written)
        die("cannot write %s: %s", draft, strerror(errno));
    if (link(draft, file) != 0 && errno != EEXIST)
        die("cannot make %s: %s", file, strerror(errno));
    unlink(draft);
}

/* The word in a file, which is written first where there is none. */
static void keep_word(const char *file, const char *fresh, char *word, size_t size)
{
    if (!read_word(file, word, size)) {
        write_word(file, fresh);
        if (!read_word(file, word, size))
            die("cannot read %s: %s", file, strerror(errno));
    }
}

static void read_pepper(void)
{
    char fresh[KEY_SECRET_SIZE + 1], word[KEY_SECRET_SIZE + 2];
    size_t size = 0;
    key_random_secret(fresh);
    keep_word(key_pepper_file, fresh, word, sizeof word);
    if (sodium_base642bin(pepper, sizeof pepper, word, strlen(word), NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING)
        || size != sizeof pepper)
        die("%s must hold 32 bytes in base64url", key_pepper_file);
}

/* ---- the administrator ---- */

struct admission {
    struct daemon *daemon;
    struct alarm_clock *alarm;
    struct api_key key;
};

static void admitted(void *with, const AnswerHeader *header, struct bytes body)
{
    struct admission *admission = with;
    if (header->kind != OK) {
        alarm_set(admission->alarm, ADMIT_AGAIN_MS, 0);
        return; /* no active writer yet, or its database is away */
    }
    log_info("did=admit_admin key=%s", admission->key.id);
    alarm_free(admission->alarm);
    sodium_memzero(admission, sizeof *admission);
    free(admission);
}

static void admit(void *with)
{
    struct admission *admission = with;
    unsigned char hash[KEY_HASH_SIZE];
    key_hash(pepper, admission->key.secret, hash);

    struct arena *arena = arena_new();
    RegisterKey order = REGISTER_KEY__INIT;
    const char *roles[] = {"admin"};
    order.key_id = admission->key.id;
    order.name = "administrator";
    order.roles = roles;
    order.n_roles = 1;
    order.hash = (ProtobufCBinaryData){sizeof hash, hash};
    struct question question = {
        .service = "gateway",
        .message = "gateway.RegisterKey",
        .key = arena_print(arena, "service/gateway register %s", admission->key.id),
        .caller = {"service/gateway", SERVICE, "", ""},
        .body = message_pack(arena, &order.base),
    };
    ask(admission->daemon, &question, admitted, admission);
    arena_free(arena);
}

void keys_admit_admin(struct daemon *daemon)
{
    if (sodium_init() < 0)
        die("libsodium can't start");
    if (text_empty(key_pepper_file))
        die("key_pepper_file names no file");
    read_pepper();
    if (text_empty(admin_key_file))
        return;

    struct api_key fresh;
    char text[KEY_SIZE + 1], word[KEY_SIZE + 2];
    key_random_id(fresh.id);
    key_random_secret(fresh.secret);
    key_print(&fresh, text);
    keep_word(admin_key_file, text, word, sizeof word);

    struct admission *admission = calloc(1, sizeof *admission);
    CHECK(admission);
    if (!key_parse(word, &admission->key))
        die("%s holds no key", admin_key_file);
    admission->daemon = daemon;
    admission->alarm = alarm_new(daemon->loop, admit, admission);
    alarm_set(admission->alarm, 0, 0);
}
