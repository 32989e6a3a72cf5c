# Embeds a folder of statements and migrations: NAME, FOLDER, INTO.
file(GLOB statements ${FOLDER}/sql/*.sql)
file(GLOB migrations ${FOLDER}/migrations/*.sql)
list(SORT statements)
list(SORT migrations)

# A C string literal of the file's text, a line each.
function(literal file to)
    file(READ ${file} text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\\n\"\n    \"" text "${text}")
    set(${to} "\"${text}\"" PARENT_SCOPE)
endfunction()

set(prefix "")
if(NAME STREQUAL "house")
    set(prefix "house_")
endif()

set(members "")
set(values "")
foreach(file ${statements})
    get_filename_component(name ${file} NAME_WE)
    literal(${file} text)
    string(APPEND members "    struct statement ${name};\n")
    string(APPEND values "    {\"${name}\",\n    ${text}},\n")
endforeach()
if(NOT statements)
    set(members "    struct statement none;\n")
    set(values "    {\"none\", \"select 1\"},\n")
endif()

set(rows "")
foreach(file ${migrations})
    get_filename_component(name ${file} NAME_WE)
    literal(${file} text)
    string(APPEND rows "    {\"${name}\",\n    ${text}},\n")
endforeach()

file(WRITE ${INTO}/${NAME}_sql.h
"/* Made from ${NAME}'s sql/ and migrations/ by common/cmake/embed_sql.cmake. */
#pragma once

#include \"daemon/schema.h\"

struct ${prefix}sql {
${members}};

extern const struct ${prefix}sql ${prefix}sql;
extern const struct schema ${prefix}schema;
")
file(WRITE ${INTO}/${NAME}_sql.c
"#include \"${NAME}_sql.h\"

const struct ${prefix}sql ${prefix}sql = {
${values}};

static const struct migration migrations[] = {
${rows}};

const struct schema ${prefix}schema = {
    .name = \"${NAME}\",
    .statements = {(const struct statement *)&${prefix}sql,
                   sizeof ${prefix}sql / sizeof(struct statement)},
    .migrations = {TABLE(migrations)},
};
")
