/*
 * importer: the key an import asks with.
 *
 * Only callers with the role importer may date what they tell, and idempotency keys belong to the
 * caller: every run has to ask with the same key.  So the first import makes one with the
 * administrator's and keeps it in the state folder, DIR/importer.key.
 */
#pragma once

#include "site.h"

/* From now on the site's key is the importer's; false where there is none and none can be made. */
bool importer_identify(struct site *site);
