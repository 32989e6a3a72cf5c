/*
 * words: message types by name.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

/* The type called "intake.Ticket"; NULL for none. */
const ProtobufCMessageDescriptor *word_type(const char *name);
