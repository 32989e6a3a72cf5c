#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "verb.h"

/* A verb of the operator: what it is called, what it does, in one sentence. */
static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} verbs[] = {
    {"run",    run_command,    "keep a whole house alive on this machine"               },
    {"status", status_command, "who writes, how far every listener is, what is parked"  },
    {"watch",  watch_command,  "events as they happen"                                  },
    {"import", import_command, "tickets or their audit trail from a CSV file"           },
    {"verify", verify_command, "recompute the hash chains and compare the heads kept"   },
    {"key",    key_command,    "a key pair for somebody who is let in over ZeroMQ"      },
    {"parked", parked_command, "list, retry or discard events that could not be applied"},
};

static int usage(FILE *to, int code)
{
    fprintf(to, "usage: afterline VERB …\n\n");
    for (size_t i = 0; i < LENGTH(verbs); i++)
        fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].about);
    fprintf(to, "\nafterline VERB --help says what a verb can be told.\n");
    return code;
}

static bool is_help(const char *word)
{
    static const char *const helps[] = {"help", "--help", "-h"};

    for (size_t i = 0; i < LENGTH(helps); i++) {
        if (strcmp(helps[i], word) == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr, EXIT_USAGE);
    if (is_help(argv[1]))
        return usage(stdout, EXIT_FINE);
    for (size_t i = 0; i < LENGTH(verbs); i++) {
        if (strcmp(verbs[i].name, argv[1]) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "afterline: there is no verb '%s'\n", argv[1]);
    return usage(stderr, EXIT_USAGE);
}
