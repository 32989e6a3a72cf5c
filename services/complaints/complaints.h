/*
 * complaints: dissatisfaction that is owed an answer, and its milder siblings.
 *
 * The words this service shares with itself.
 */
#pragma once

#include "complaints.pb-c.h"
#include "complaints_sql.h"
#include "daemon/list.h"
#include "daemon/service.h"
#include "daemon/words.h"
#include "intake.pb-c.h"

extern const struct service complaints;
extern const struct lifecycle complaint_life;

/* The kinds of ticket that are answered here; ends with NULL. */
extern const char *const complaint_kinds[];

handler find_complaint, list_complaints; /* queries/ */
handler learn_branch, receive_complaint; /* reactions/ */
