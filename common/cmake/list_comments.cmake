# What the .proto files say of messages and fields, as one table: FROM, their folder; INTO, that of
# the generated C.  A message has the lines right above it, a field what stands behind it.
file(GLOB protocols ${FROM}/*.proto)
list(SORT protocols)
set(rows "")

function(row message field comment)
    string(REPLACE "\\" "\\\\" comment "${comment}")
    string(REPLACE "\"" "\\\"" comment "${comment}")
    set(rows "${rows}    {\"${message}\", \"${field}\", \"${comment}\"},\n" PARENT_SCOPE)
endfunction()

# Line by line, and not as a list: comments have semicolons and brackets.
foreach(protocol ${protocols})
    file(READ ${protocol} text)
    set(above "")
    set(message "")
    set(package "")
    string(FIND "${text}" "\n" end)
    while(NOT end EQUAL -1)
        string(SUBSTRING "${text}" 0 ${end} line)
        math(EXPR next "${end} + 1")
        string(SUBSTRING "${text}" ${next} -1 text)
        string(FIND "${text}" "\n" end)

        if(line MATCHES "^package ([a-z]+);")
            set(package ${CMAKE_MATCH_1})
        elseif(line MATCHES "^// (.*[^-])$")
            string(APPEND above "${CMAKE_MATCH_1} ")
            continue()
        elseif(line MATCHES "^message ([A-Za-z]+)")
            set(message ${package}.${CMAKE_MATCH_1})
            string(STRIP "${above}" above)
            if(above)
                row(${message} "" "${above}")
            endif()
        elseif(line MATCHES "^  .*[ .]([a-z_]+) = [0-9]+;[ }]*// (.*)$")
            row(${message} ${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
        endif()
        set(above "")
    endwhile()
endforeach()

file(WRITE ${INTO}/comments.c
"#include \"comments.h\"

const struct comment comments[] = {
${rows}};

const unsigned comment_count = sizeof comments / sizeof *comments;
")
file(WRITE ${INTO}/comments.h
"/* What proto/ says of messages and fields; made by common/cmake/list_comments.cmake. */
#pragma once

struct comment {
    const char *message; /* \"intake.RegisterTicket\" */
    const char *field;   /* \"\": the message itself */
    const char *text;
};

extern const struct comment comments[];
extern const unsigned comment_count;
")
