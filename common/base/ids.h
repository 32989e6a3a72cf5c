/*
 * ids: identifiers that people say on the telephone.
 *
 * A letter, at least eight digits, the last of them a Damm check digit: "T10002345".  It finds
 * every single wrong digit and every swap of neighbours (H. M. Damm, 2004).  In the database the
 * digits without the check digit, as a bigint; numbering starts at ids_first.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"

enum id_verdict { ID_OK, ID_MALFORMED, ID_BAD_CHECK_DIGIT };

static const int64_t ids_first = 1000001;

char *id_text(struct arena *arena, char letter, int64_t number);
enum id_verdict id_parse(const char *text, char letter, int64_t *number);
