#include "plain.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* U+0080 to U+009F, which terminals obey as they obey ESC: C2 80 to C2 9F. */
static bool is_late_control(const unsigned char *at)
{
    return at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f;
}

const char *plain(struct arena *arena, const char *text)
{
    struct text said = text_new(arena);

    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (is_late_control(at))
            text_print(&said, "\\x%02x", *++at);
        else if (*at == '\n')
            text_add(&said, "\\n");
        else if (*at < ' ' || *at == 0x7f)
            text_print(&said, "\\x%02x", *at);
        else
            text_add_bytes(&said, at, 1);
    }
    return said.at;
}

const char *plain_value(struct arena *arena, const char *text)
{
    const char *said = plain(arena, text);

    return strpbrk(said, " =\"") ? arena_print(arena, "\"%s\"", said) : said;
}
