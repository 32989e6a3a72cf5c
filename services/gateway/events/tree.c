#include "events/tree.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum { BUCKETS = 4096 };

struct known_branch {
    struct known_branch *next;
    char *path; /* "/company/east/hangzhou/" */
    char branch[];
};

struct tree {
    struct known_branch *buckets[BUCKETS];
};

struct tree *tree_new(void)
{
    struct tree *tree = calloc(1, sizeof *tree);
    CHECK(tree);
    return tree;
}

void tree_free(struct tree *tree)
{
    for (size_t i = 0; i < BUCKETS; i++)
        while (tree->buckets[i]) {
            struct known_branch *known = tree->buckets[i];
            tree->buckets[i] = known->next;
            free(known->path);
            free(known);
        }
    free(tree);
}

static size_t bucket_of(const char *branch)
{
    return (text_hash(branch) >> 20) % BUCKETS;
}

static struct known_branch *find(const struct tree *tree, const char *branch)
{
    struct known_branch *known = tree->buckets[bucket_of(branch)];
    while (known && strcmp(known->branch, branch) != 0)
        known = known->next;
    return known;
}

void tree_set(struct tree *tree, const char *branch, const char *path)
{
    struct known_branch *known = find(tree, branch);
    if (!known) {
        size_t size = strlen(branch) + 1;
        known = calloc(1, sizeof *known + size);
        CHECK(known);
        memcpy(known->branch, branch, size);
        struct known_branch **bucket = &tree->buckets[bucket_of(branch)];
        known->next = *bucket;
        *bucket = known;
    }
    free(known->path);
    known->path = strdup(path);
    CHECK(known->path);
}

void tree_learn(struct tree *tree, const char *branch, const char *parent)
{
    const struct known_branch *above = find(tree, parent);
    char *path = NULL;
    CHECK(asprintf(&path, "%s%s/", above ? above->path : "/", branch) > 0);
    tree_set(tree, branch, path);
    free(path);
}

bool tree_covers(const struct tree *tree, const char *above, const char *branch)
{
    if (strcmp(above, branch) == 0)
        return true;
    const struct known_branch *upper = find(tree, above), *lower = find(tree, branch);
    return upper && lower && strncmp(lower->path, upper->path, strlen(upper->path)) == 0;
}
