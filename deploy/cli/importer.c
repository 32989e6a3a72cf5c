#include "importer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "web.h"

/* Whole or not at all, and for nobody else's eyes. */
static bool write_key(const struct site *site, const char *path, const char *key)
{
    const char *draft = arena_print(site->arena, "%s.%ld", path, (long)getpid());
    const char *line = arena_print(site->arena, "%s\n", key);
    int file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written =
        file >= 0 && write(file, line, strlen(line)) == (ssize_t)strlen(line) && fsync(file) == 0;

    if (file >= 0)
        close(file);
    if (written && rename(draft, path) == 0)
        return true;
    trouble("%s can't be written: %s", path, strerror(errno));
    unlink(draft);
    return false;
}

/* With the administrator's key. */
static const char *make_key(const struct site *site, const char *path)
{
    struct site administrator = *site;
    administrator.key = NULL;
    struct web *web = web_open(&administrator);
    json_t *order = json_pack("{sss[s]}", "name", "import", "roles", "importer");
    json_t *made = web_now(web, "POST", "/v1/keys", order);
    const char *key = arena_copy(site->arena, web_text(made, "key"));

    json_decref(order);
    json_decref(made);
    web_close(web);
    return *key && write_key(site, path, key) ? key : NULL;
}

bool importer_identify(struct site *site)
{
    if (site->key_given) {
        site_identify(site);
        return true;
    }
    site->key_of = arena_print(site->arena, "%s/importer.key", site->state);
    site->key = site_line(site->arena, site->key_of);
    if (text_empty(site->key))
        site->key = make_key(site, site->key_of);
    return site->key != NULL;
}
