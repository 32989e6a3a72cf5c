#include "people.h"

#include <string.h>

const char *const job_kinds[] = {"install", "commission", "repair", "maintain", "upgrade",
                                 "support", "training",   "rescue", NULL};

bool branches_in_scope(struct request *req, const char *const *branches, size_t count)
{
    for (size_t i = 0; i < count && i < WORDS_MOST; i++)
        if (!text_blank(branches[i])
            && !branch_in_scope(req, arena_print(req->arena, "branches[%zu]", i), branches[i]))
            return false;
    return true;
}

void need_words(struct request *req, const char *field, const char *const *words, size_t count)
{
    if (count == 0)
        violate(req, field, "missing", "name at least one");
    if (count > WORDS_MOST)
        violate(req, field, "too_many", "at most %d", WORDS_MOST);
    for (size_t i = 0; i < count; i++) {
        const char *item = arena_print(req->arena, "%s[%zu]", field, i);
        require_text(req, item, words[i]);
        if (strlen(words[i]) > WORD_MOST)
            violate(req, item, "too_long", "expected at most %d bytes", WORD_MOST);
    }
}

/* A message of another type with the same words: every field both have, the lists shared. */
static ProtobufCMessage *retold(struct request *req, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = message_new(req->arena, type);
    const char *from = (const char *)req->body;
    char *to = (char *)message;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const ProtobufCFieldDescriptor *same =
            protobuf_c_message_descriptor_get_field_by_name(req->body->descriptor, field->name);
        if (!same)
            continue;
        CHECK(same->type == PROTOBUF_C_TYPE_STRING && same->type == field->type);
        memcpy(to + field->offset, from + same->offset, sizeof(void *));
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            memcpy(to + field->quantifier_offset, from + same->quantifier_offset, sizeof(size_t));
    }
    return message;
}

static void set(struct request *req, ProtobufCMessage *message, const char *field,
                const char *value)
{
    struct flaw flaw;

    CHECK(message_set(req->arena, message, field, value, &flaw));
}

bool people_welcome(struct request *req, struct newcomer newcomer)
{
    ProtobufCMessage *answer = retold(req, newcomer.answer);
    ProtobufCMessage *event = retold(req, newcomer.event);

    set(req, answer, newcomer.id_field, newcomer.id);
    set(req, answer, "version", "1");
    set(req, event, newcomer.id_field, newcomer.id);
    return emit(req,
                (struct told){.subject = newcomer.id,
                              .aggregate = newcomer.id,
                              .version = 1,
                              .branch = newcomer.branch,
                              .provider_id = newcomer.provider_id},
                event)
           && reply_made(req, 1, answer);
}
