/*
 * reporting: the picture of the whole house, built from what the others tell.
 *
 * Nothing here is decided and nothing is asked of anybody: every value in the picture comes out of
 * an event, none from the clock, so the same events always paint the same picture.
 */
#pragma once

#include "complaints.pb-c.h"
#include "daemon/service.h"
#include "dispatch.pb-c.h"
#include "intake.pb-c.h"
#include "reporting.pb-c.h"
#include "reporting_sql.h"
#include "returns.pb-c.h"

extern const struct service reporting;

/* Who tells of tickets; a cursor of a timeline names one by its place here, so new ones go to the
 * end. */
enum { SOURCES = 4 };
extern const char *const sources[SOURCES];

/* The body of the event overheard, NULL where its type is newer than this release.  False: the type
 * is known and the body is not one; refused. */
bool overheard(struct request *req, const ProtobufCMessage **body);

/* What was said, in the words of whoever said it; "" where nothing was. */
const char *overheard_text(const ProtobufCMessage *body);

/* The event as a line of its subject's timeline. */
bool write_entry(struct request *req, const ProtobufCMessage *body);

handler read_timeline, report_tickets;  /* queries/ */
handler picture_tickets, note_whatever; /* reactions/ */
