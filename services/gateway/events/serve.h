/*
 * serve: GET /v1/events, as a stream or as pages.
 */
#pragma once

#include "routes.h"

enum { EVENTS_WAIT_MOST_S = 30 };

serve serve_events;
