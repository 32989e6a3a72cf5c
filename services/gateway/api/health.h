/*
 * health: the process lives, the house is ready, and what it has counted.
 */
#pragma once

#include "routes.h"

serve serve_health, serve_readiness, serve_metrics;
