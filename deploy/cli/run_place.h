/*
 * place: the state folder of a house, and what lies in it.
 *
 *     admin.key  address  peers  peers.own  processes  run.pid
 *     keys/  log/  postgres/  settings/
 *     run        → a short private folder for sockets, whose names may have 107 bytes at most
 *
 * Everything is made again at each start except keys/, postgres/ and the files that people write:
 * settings/<service>.conf and peers.own.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

struct place {
    struct arena *arena; /* lives as long as the process */
    const char *state;   /* absolute from place_open on */
    const char *sockets;
    const char *programs; /* folder of the daemons */
    const char *deploy;   /* folder of templates and roles.sql */
    long port;
    long spares;
    int user; /* whom PostgreSQL runs as; −1: ourselves */
    int group;
};

/* One daemon to run: "intake.0" of "intake". */
struct instance {
    const char *name;
    const char *service;
};

enum { INSTANCES_MOST = 64 };

/* Who is ended before whom: nobody asks a service that is gone. */
enum { WAVE_GATEWAY, WAVE_SERVICES, WAVE_POSTGRES };

/* In the order they start: the gateway last.  Returns how many. */
unsigned place_instances(const struct place *place, struct instance *instances);

/* Makes the folders and locks the place for this process; false with *why. */
bool place_open(struct place *place, const char **why);

/*
 * The public half of the key pair DIR/keys/<name>, <name>.pub; made where there is none.  It is
 * kept beside the secret one, for the peers file of every later start.  NULL with *why.
 */
const char *place_key(const struct place *place, const char *name, const char **why);

/* Makes keys, the peers file and every instance's settings; false with *why. */
bool place_furnish(const struct place *place, const char **why);

/* "<state>/<name>" and "<state>/<folder>/<name><ending>". */
char *place_file(const struct place *place, const char *name);
char *place_file_in(const struct place *place, const char *folder, const char *name,
                    const char *ending);

/* Writes a file at once or not at all; false with *why. */
bool place_write(const struct place *place, const char *file, const char *content,
                 const char **why);
/* The file's text; NULL where it can't be read. */
char *place_read(struct arena *arena, const char *file);
