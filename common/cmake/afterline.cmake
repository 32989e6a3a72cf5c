# How a protocol, a service and a test are built.  The folder is the list.

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
find_package(Threads REQUIRED)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

include(CheckCCompilerFlag)
check_c_compiler_flag(-ftrivial-auto-var-init=zero ZEROES_LOCALS) # clang 14 wants to be begged

# Standard, warnings, hardening and sanitizers: what every target of ours links.
add_library(rules INTERFACE)
target_compile_features(rules INTERFACE c_std_17)
target_compile_definitions(rules INTERFACE _GNU_SOURCE $<$<BOOL:${FAIL_POINTS}>:FAIL_POINTS>)
target_compile_options(rules INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
    -Wno-unused-parameter -Wno-missing-field-initializers
    -fno-omit-frame-pointer -fno-strict-overflow -fno-delete-null-pointer-checks)
set(hardened $<AND:$<NOT:$<BOOL:${SANITIZE}>>,$<NOT:$<CONFIG:Debug>>>)
target_compile_options(rules INTERFACE
    $<${hardened}:-fstack-protector-strong;-fstack-clash-protection>
    $<${hardened}:-D_FORTIFY_SOURCE=2>
    $<$<AND:${hardened},$<BOOL:${ZEROES_LOCALS}>>:-ftrivial-auto-var-init=zero>)
target_link_options(rules INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(SANITIZE STREQUAL "address")
    set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(SANITIZE STREQUAL "thread")
    set(sanitizers -fsanitize=thread)
elseif(SANITIZE)
    message(FATAL_ERROR "SANITIZE is address, thread or empty, not '${SANITIZE}'")
endif()
if(FUZZ)
    # What is fuzzed must tell which way it went, not only the target that calls it.
    list(APPEND sanitizers -fsanitize=fuzzer-no-link)
endif()
target_compile_options(rules INTERFACE ${sanitizers})
target_link_options(rules INTERFACE ${sanitizers})

# proto/*.proto → one library of generated C.
function(add_protocols)
    file(GLOB protocols CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/proto/*.proto)
    set(into ${CMAKE_CURRENT_BINARY_DIR}/proto)
    file(MAKE_DIRECTORY ${into})
    foreach(protocol ${protocols})
        get_filename_component(name ${protocol} NAME_WE)
        add_custom_command(
            OUTPUT ${into}/${name}.pb-c.c ${into}/${name}.pb-c.h
            COMMAND protoc-c -I${PROJECT_SOURCE_DIR}/proto -I/usr/include --c_out=${into}
                    ${protocol}
            DEPENDS ${protocol})
        list(APPEND generated ${into}/${name}.pb-c.c)
        list(APPEND headers ${into}/${name}.pb-c.h)
    endforeach()
    set(list ${PROJECT_SOURCE_DIR}/common/cmake/list_messages.cmake)
    add_custom_command(
        OUTPUT ${into}/messages.c ${into}/messages.h
        COMMAND ${CMAKE_COMMAND} -DINTO=${into} -P ${list}
        DEPENDS ${headers} ${list})
    set(comments ${PROJECT_SOURCE_DIR}/common/cmake/list_comments.cmake)
    add_custom_command(
        OUTPUT ${into}/comments.c ${into}/comments.h
        COMMAND ${CMAKE_COMMAND} -DFROM=${PROJECT_SOURCE_DIR}/proto -DINTO=${into} -P ${comments}
        DEPENDS ${protocols} ${comments})
    list(APPEND generated ${into}/messages.c ${into}/comments.c)
    add_library(protocols STATIC ${generated})
    target_include_directories(protocols SYSTEM PUBLIC ${into})
    target_link_libraries(protocols PUBLIC PkgConfig::PROTOBUF_C)
    target_compile_options(protocols PRIVATE ${sanitizers})
endfunction()

# A folder of .sql files → <name>_sql.c and .h.
function(embed_sql name folder into)
    file(GLOB sql CONFIGURE_DEPENDS ${folder}/sql/*.sql ${folder}/migrations/*.sql)
    set(embed ${PROJECT_SOURCE_DIR}/common/cmake/embed_sql.cmake)
    add_custom_command(
        OUTPUT ${into}/${name}_sql.c ${into}/${name}_sql.h
        COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DFOLDER=${folder} -DINTO=${into} -P ${embed}
        DEPENDS ${sql} ${embed})
endfunction()

# The three floors, one library.
function(add_common)
    set(folder ${PROJECT_SOURCE_DIR}/common)
    set(into ${CMAKE_CURRENT_BINARY_DIR}/sql/house)
    file(GLOB code CONFIGURE_DEPENDS ${folder}/base/*.c ${folder}/edge/*.c ${folder}/daemon/*.c)
    embed_sql(house ${folder}/daemon ${into})
    add_library(common STATIC ${code} ${into}/house_sql.c)
    target_include_directories(common PUBLIC ${folder} ${into})
    target_link_libraries(common
        PUBLIC rules protocols Threads::Threads
        PRIVATE PkgConfig::LIBUV PkgConfig::ZMQ PkgConfig::PQ PkgConfig::JANSSON PkgConfig::SODIUM)
endfunction()

# A service: everything but main.c as a library, for tests, and the daemon.
function(add_service name)
    set(folder ${PROJECT_SOURCE_DIR}/services/${name})
    set(into ${CMAKE_CURRENT_BINARY_DIR}/sql/${name})
    file(GLOB_RECURSE code CONFIGURE_DEPENDS ${folder}/*.c)
    list(REMOVE_ITEM code ${folder}/main.c)
    embed_sql(${name} ${folder} ${into})
    add_library(${name}_service STATIC ${code} ${into}/${name}_sql.c)
    target_include_directories(${name}_service PUBLIC ${folder} ${into})
    target_link_libraries(${name}_service PUBLIC common)
    if(name STREQUAL "gateway")
        target_link_libraries(${name}_service PUBLIC llhttp PRIVATE PkgConfig::SODIUM)
    endif()
    add_executable(${name} ${folder}/main.c)
    target_link_libraries(${name} PRIVATE ${name}_service)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# llhttp comes as C source (package node-llhttp); strict mode closes most of its smuggling holes.
set(llhttp /usr/share/llhttp)
add_library(llhttp STATIC ${llhttp}/api.c ${llhttp}/http.c ${llhttp}/llhttp.c)
target_include_directories(llhttp SYSTEM PUBLIC /usr/share/include/llhttp)
target_compile_definitions(llhttp PUBLIC LLHTTP_STRICT_MODE=1)
target_compile_options(llhttp PRIVATE ${sanitizers} -O2)

# afterline, the operator's command: everything but main.c as a library, for tests, and the command.
function(add_operator_command)
    pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
    set(folder ${PROJECT_SOURCE_DIR}/deploy/cli)
    file(GLOB code CONFIGURE_DEPENDS ${folder}/*.c)
    list(REMOVE_ITEM code ${folder}/main.c)
    add_library(operator STATIC ${code})
    target_include_directories(operator PUBLIC ${folder})
    target_compile_definitions(operator PRIVATE AFTERLINE_DEPLOY="${PROJECT_SOURCE_DIR}/deploy")
    target_link_libraries(operator
        PUBLIC common PkgConfig::JANSSON
        PRIVATE PkgConfig::CURL PkgConfig::SODIUM)
    add_executable(afterline ${folder}/main.c)
    target_link_libraries(afterline PRIVATE operator)
    set_target_properties(afterline PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# tests/unit/*_test.c link common; tests/<service>/*_test.c link the service, its plan and a room of
# its own (tests/support); tests/cli/*_test.c link the operator's command.
function(add_tests)
    pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
    set(tests ${PROJECT_SOURCE_DIR}/tests)
    file(GLOB support CONFIGURE_DEPENDS ${tests}/support/*.c)
    foreach(room unit cli gateway intake dispatch returns complaints reporting contract)
        file(GLOB cases CONFIGURE_DEPENDS ${tests}/${room}/*_test.c)
        file(GLOB furniture CONFIGURE_DEPENDS ${tests}/${room}/*.c)
        list(FILTER furniture EXCLUDE REGEX "_test\\.c$")
        foreach(case ${cases})
            get_filename_component(name ${case} NAME_WE)
            set(target ${room}_${name})
            add_executable(${target} ${case})
            target_include_directories(${target} PRIVATE ${tests}/support)
            target_link_libraries(${target} PRIVATE PkgConfig::CMOCKA common PkgConfig::SODIUM)
            if(room STREQUAL "cli")
                target_link_libraries(${target} PRIVATE operator)
            endif()
            if(TARGET ${room}_service)
                target_sources(${target} PRIVATE ${support} ${furniture})
                target_link_libraries(${target} PRIVATE ${room}_service)
            endif()
            set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                       ${CMAKE_BINARY_DIR}/tests)
            add_test(NAME ${room}/${name} COMMAND ${target})
            file(STRINGS ${case} shared REGEX "#include \"writer_room.h\"")
            if(shared)
                set_tests_properties(${room}/${name} PROPERTIES RESOURCE_LOCK writer_room)
            endif()
        endforeach()
    endforeach()
endfunction()

# tests/fuzz/*_fuzz.c: libFuzzer targets, one per parser of foreign bytes.
function(add_fuzz_targets)
    file(GLOB targets CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/fuzz/*_fuzz.c)
    foreach(code ${targets})
        get_filename_component(name ${code} NAME_WE)
        add_executable(${name} ${code})
        target_link_libraries(${name} PRIVATE common)
        if(name MATCHES "^http")
            target_link_libraries(${name} PRIVATE gateway_service)
        endif()
        target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    endforeach()
endfunction()
