#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

#include "base/table.h"

/* Lead byte from, to; bytes in all; what the second byte may be.  RFC 3629 §4, row by row. */
struct form {
    unsigned char lead_least;
    unsigned char lead_most;
    unsigned char size;
    unsigned char second_least;
    unsigned char second_most;
};

static const struct form forms[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
};

static const struct form *form_of(unsigned char lead)
{
    for (size_t i = 0; i < LENGTH(forms); i++)
        if (lead >= forms[i].lead_least && lead <= forms[i].lead_most)
            return &forms[i];
    return NULL;
}

/* The size of the character beginning here, 0 where there is none. */
static size_t character(const unsigned char *at, size_t left)
{
    if (*at < 0x80)
        return 1;
    const struct form *form = form_of(*at);
    if (!form || form->size > left || at[1] < form->second_least || at[1] > form->second_most)
        return 0;
    for (size_t i = 2; i < form->size; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return form->size;
}

static bool eight_are_ascii(const unsigned char *at)
{
    uint64_t eight;

    memcpy(&eight, at, sizeof eight);
    return !(eight & UINT64_C(0x8080808080808080));
}

size_t utf8_valid(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    size_t done = 0;

    while (done < size) {
        if (size - done >= 8 && eight_are_ascii(at + done)) {
            done += 8;
            continue;
        }
        size_t step = character(at + done, size - done);
        if (step == 0)
            break;
        done += step;
    }
    return done;
}
