/*
 * documents: the OpenAPI and AsyncAPI documents, printed from the routes and the message types.
 */
#pragma once

#include "base/text.h"
#include "routes.h"

serve serve_openapi, serve_asyncapi;

void openapi_print(struct text *to);
void asyncapi_print(struct text *to);
