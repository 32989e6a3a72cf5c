#include "intake.h"

#include <ctype.h>
#include <string.h>

enum { DIGITS_LEAST = 3, DIGITS_MOST = 15, MOBILE_DIGITS = 11 };

/* The digits of a number as people write them; NULL where it holds anything else. */
static const char *digits_of(struct arena *arena, const char *phone)
{
    struct text digits = text_new(arena);

    for (const char *at = phone; *at; at++) {
        if (isdigit((unsigned char)*at))
            text_add_bytes(&digits, at, 1);
        else if (!strchr(" -().", *at) && !(*at == '+' && digits.length == 0))
            return NULL;
    }
    return digits.length >= DIGITS_LEAST && digits.length <= DIGITS_MOST ? digits.at : NULL;
}

const char *phone_normalised(struct arena *arena, const char *phone)
{
    const char *digits = digits_of(arena, phone);
    size_t code = strlen(country_code);

    if (!digits)
        return NULL;
    if (strchr(phone, '+'))
        return arena_print(arena, "+%s", digits);
    if (strncmp(digits, "00", 2) == 0)
        return arena_print(arena, "+%s", digits + 2);
    if (strncmp(digits, country_code, code) == 0 && strlen(digits) == code + MOBILE_DIGITS)
        return arena_print(arena, "+%s", digits);
    return arena_print(arena, "+%s%s", country_code, digits[0] == '0' ? digits + 1 : digits);
}

const char *contact_known_by(struct arena *arena, const Customer *contact)
{
    const char *phone = text_empty(contact->phone) ? NULL : phone_normalised(arena, contact->phone);
    if (phone)
        return arena_print(arena, "tel:%s", phone);
    if (text_empty(contact->email))
        return NULL;

    char *known_by = arena_print(arena, "mailto:%s", contact->email);
    for (char *at = known_by; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return known_by;
}

bool is_email(const char *text)
{
    const char *at = strchr(text, '@');

    for (const char *byte = text; *byte; byte++)
        if (isspace((unsigned char)*byte) || iscntrl((unsigned char)*byte))
            return false;
    return at && at > text && at[1] && !strchr(at + 1, '@');
}

/* The bytes of the first `count` characters. */
static int first(const char *text, int count)
{
    const char *at = text;

    while (*at && count-- > 0)
        do
            at++;
        while ((*at & 0xC0) == 0x80);
    return (int)(at - text);
}

const char *masked_name(struct arena *arena, const char *name)
{
    return text_empty(name) ? "" : arena_print(arena, "%.*s*", first(name, 1), name);
}

/* Three digits and four are what a person needs to recognise a number of eleven. */
static const char *masked_phone(struct arena *arena, const char *phone)
{
    size_t length = strlen(phone);

    if (length == 0)
        return "";
    if (length < MOBILE_DIGITS)
        return arena_print(arena, "****%s", length > 4 ? phone + length - 2 : "");
    return arena_print(arena, "%.3s****%s", phone, phone + length - 4);
}

static const char *masked_email(struct arena *arena, const char *email)
{
    const char *at = strrchr(email, '@');

    return *email ? arena_print(arena, "%.*s***%s", first(email, 1), email, at ? at : "") : "";
}

static const char *masked_address(struct arena *arena, const char *address)
{
    return *address ? arena_print(arena, "%.*s***", first(address, 3), address) : "";
}

Customer *contact_masked(struct arena *arena, const Customer *contact)
{
    Customer *masked = arena_take(arena, sizeof *masked);

    customer__init(masked);
    if (!contact)
        return masked;
    masked->name = masked_name(arena, contact->name);
    masked->phone = masked_phone(arena, contact->phone);
    masked->email = masked_email(arena, contact->email);
    masked->address = masked_address(arena, contact->address);
    return masked;
}
