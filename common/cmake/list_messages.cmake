# Every message type of proto/, as one table: INTO, the folder of the generated C.
file(GLOB headers ${INTO}/*.pb-c.h)
list(SORT headers)
set(includes "")
set(rows "")
foreach(header ${headers})
    get_filename_component(name ${header} NAME)
    string(APPEND includes "#include \"${name}\"\n")
    file(STRINGS ${header} lines REGEX "^extern const ProtobufCMessageDescriptor ")
    foreach(line ${lines})
        string(REGEX REPLACE "^extern const ProtobufCMessageDescriptor ([a-z0-9_]+).*" "\\1" word
               "${line}")
        string(APPEND rows "    &${word},\n")
    endforeach()
endforeach()

file(WRITE ${INTO}/messages.c
"#include \"messages.h\"

${includes}
const ProtobufCMessageDescriptor *const message_types[] = {
${rows}};

const unsigned message_type_count = sizeof message_types / sizeof *message_types;
")
file(WRITE ${INTO}/messages.h
"/* Every message type of proto/; made by common/cmake/list_messages.cmake. */
#pragma once

#include <protobuf-c/protobuf-c.h>

extern const ProtobufCMessageDescriptor *const message_types[];
extern const unsigned message_type_count;
")
