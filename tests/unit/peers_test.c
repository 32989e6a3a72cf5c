#include "bus_room.h"

#define KEY "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

static char folder[] = "/tmp/peers-XXXXXX";
static struct arena *arena;

static bool read_text(const char *text, struct peers *peers, const char **why)
{
    char *file = arena_print(arena, "%s/peers", folder);
    FILE *to = fopen(file, "w");

    assert_non_null(to);
    fputs(text, to);
    fclose(to);
    bool fine = peers_read(arena, file, peers, why);
    unlink(file);
    return fine;
}

static void each_line_is_a_peer(void **state)
{
    struct peers peers;
    const char *why = NULL;

    assert_true(read_text("# who lives here\n\n"
                          "intake.0  " KEY "  ipc:///run/a  ipc:///run/b  # the first\n"
                          "operator\t0000000000000000000000000000000000000001 - -\n",
                          &peers, &why));

    assert_int_equal(peers.count, 2);
    assert_string_equal(peers.rows[0].name, "intake.0");
    assert_string_equal(peers.rows[0].service, "intake");
    assert_string_equal(peers.rows[0].key, KEY);
    assert_string_equal(peers.rows[0].ask, "ipc:///run/a");
    assert_string_equal(peers.rows[0].tell, "ipc:///run/b");
    assert_string_equal(peers.rows[1].service, "operator");
    assert_null(peers.rows[1].ask);
    assert_null(peers.rows[1].tell);
}

static void a_key_may_contain_the_comment_sign(void **state)
{
    struct peers peers;
    const char *why = NULL;

    bool fine = read_text("intake.0 00#0#0000000000000000000000000000000000# - -\n", &peers, &why);

    assert_true(fine);
    assert_string_equal(peers.rows[0].key, "00#0#0000000000000000000000000000000000#");
}

static void what_is_wrong_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *what;
    } rows[] = {
        {"intake.0 " KEY " -\n",                                      ":1: expected: name"       },
        {"\nintake.0 " KEY " - - more\n",                             ":2: expected: name"       },
        {"Intake.0 " KEY " - -\n",                                    ":1: a name is"            },
        {"intake. " KEY " - -\n",                                     ":1: a name is"            },
        {".0 " KEY " - -\n",                                          ":1: a name is"            },
        {"intake.0.1 " KEY " - -\n",                                  ":1: a name is"            },
        {"intake.0 short - -\n",                                      ":1: a public key"         },
        {"intake.0 \"\"00000000000000000000000000000000000000 - -\n", ":1: a public key"         },
        {"intake.0 " KEY " http://a -\n",                             ":1: an endpoint"          },
        {"intake.0 " KEY " - nowhere\n",                              ":1: an endpoint"          },
        {"a " KEY " - -\nb " KEY " - -\n",                            ":2: this name or this key"},
    };

    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct peers peers;
        const char *why = "";
        assert_false(read_text(rows[i].text, &peers, &why));
        assert_non_null(strstr(why, rows[i].what));
    }
}

static bool read_many(int count, const char **why)
{
    struct text text = text_new(arena);
    struct peers peers;

    for (int i = 0; i < count; i++)
        text_print(&text, "peer%d %040d - -\n", i, i);
    return read_text(text.at, &peers, why);
}

static void a_house_has_at_most_a_thousand_peers(void **state)
{
    const char *why = "";

    assert_true(read_many(1000, &why));
    assert_false(read_many(1001, &why));
    assert_non_null(strstr(why, ":1001: more peers"));
}

static void a_line_has_at_most_1022_characters(void **state)
{
    struct peers peers;
    const char *why = "";

    assert_true(read_text(arena_print(arena, "#%*s\n", 1021, ""), &peers, &why));
    assert_false(read_text(arena_print(arena, "#%*s\n", 1022, ""), &peers, &why));
    assert_non_null(strstr(why, "too long"));
}

static void a_missing_file_is_said(void **state)
{
    struct peers peers;
    const char *why = "";

    assert_false(peers_read(arena, "/nowhere/peers", &peers, &why));
    assert_non_null(strstr(why, "/nowhere/peers: "));
}

static int open_folder(void **state)
{
    arena = arena_new();
    return mkdtemp(folder) ? 0 : -1;
}

static int close_folder(void **state)
{
    arena_free(arena);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_a_peer),
        cmocka_unit_test(a_key_may_contain_the_comment_sign),
        cmocka_unit_test(what_is_wrong_is_named_with_its_line),
        cmocka_unit_test(a_house_has_at_most_a_thousand_peers),
        cmocka_unit_test(a_line_has_at_most_1022_characters),
        cmocka_unit_test(a_missing_file_is_said),
    };

    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
