/*
 * contract: a service's tables as a page of documentation; a test keeps docs/contract/ equal to it.
 */
#pragma once

#include <stdio.h>

#include "daemon/service.h"

void contract_print(FILE *to, const struct service *service);
