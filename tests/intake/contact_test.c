#include "desk.h"

TEST(a_number_is_one_number_however_it_is_written)
{
    static const struct {
        const char *written;
        const char *normalised;
    } rows[] = {
        {"13800138000",       "+8613800138000"},
        {"138 0013 8000",     "+8613800138000"},
        {"138-0013-8000",     "+8613800138000"},
        {"+86 138 0013 8000", "+8613800138000"},
        {"8613800138000",     "+8613800138000"},
        {"008613800138000",   "+8613800138000"},
        {"(0571) 8888.1234",  "+8657188881234"},
        {"0571-88881234",     "+8657188881234"},
        {"+49 30 901820",     "+4930901820"   },
        {"110",               "+86110"        },
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < LENGTH(rows); i++)
        SAME(phone_normalised(arena, rows[i].written), rows[i].normalised);
    arena_free(arena);
}

TEST(what_is_no_number_is_none)
{
    static const char *const rows[] = {
        "", "12", "call me", "138****8000", "1380013800+", "1234567890123456", "13800138000x"};
    struct arena *arena = arena_new();

    for (size_t i = 0; i < LENGTH(rows); i++)
        TRUE(!phone_normalised(arena, rows[i]));
    arena_free(arena);
}

TEST(a_glimpse_and_no_more)
{
    static const struct {
        Customer clear;
        Customer masked;
    } rows[] = {
        {{.name = "王芳",
          .phone = "13800138000",
          .email = "wang@example.com",
          .address = "杭州市西湖区"},
         {.name = "王*",
          .phone = "138****8000",
          .email = "w***@example.com",
          .address = "杭州市***"}                                          },
        {{.name = "J", .phone = "88881234", .email = "nobody", .address = "X"},
         {.name = "J*", .phone = "****34", .email = "n***", .address = "X***"}},
        {{.name = "", .phone = "110", .email = "", .address = ""},
         {.name = "", .phone = "****", .email = "", .address = ""}            },
        {{.name = "", .phone = "", .email = "", .address = ""},
         {.name = "", .phone = "", .email = "", .address = ""}                },
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Customer *masked = contact_masked(arena, &rows[i].clear);
        SAME(masked->name, rows[i].masked.name);
        SAME(masked->phone, rows[i].masked.phone);
        SAME(masked->email, rows[i].masked.email);
        SAME(masked->address, rows[i].masked.address);
    }
    arena_free(arena);
}

ROOM(intake, cmocka_unit_test(a_number_is_one_number_however_it_is_written),
     cmocka_unit_test(what_is_no_number_is_none), cmocka_unit_test(a_glimpse_and_no_more))
