/*
 * tree: which branch lies below which, for the scopes of those who follow events.
 *
 * Begun from the gateway's own schema and kept up by the events themselves from there on, so a
 * branch is known before its first ticket is told.
 */
#pragma once

#include <stdbool.h>

struct tree;

struct tree *tree_new(void);
void tree_free(struct tree *tree);
void tree_set(struct tree *tree, const char *branch, const char *path);
void tree_learn(struct tree *tree, const char *branch, const char *parent);

/* Whether `branch` is `above` or lies below it. */
bool tree_covers(const struct tree *tree, const char *above, const char *branch);
