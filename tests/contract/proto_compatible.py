#!/usr/bin/python3
"""Says whether what was said under OLD is still understood under NEW.

Both are descriptor sets, as `protoc --include_imports --descriptor_set_out=FILE` writes them.
History is kept for ever and daemons are replaced one by one, so a message may gain fields and
nothing else: no message goes, no package changes, no field goes without reserving its number, and
no field changes its name (JSON speaks it), number, type or label.  Prints one line for each
breach; ends with 1 where there is one.
"""

import sys

from google.protobuf import descriptor_pb2

FIELD = descriptor_pb2.FieldDescriptorProto


def read(path):
    with open(path, "rb") as file:
        return descriptor_pb2.FileDescriptorSet.FromString(file.read())


def messages_of(files):
    """All messages by full name, nested ones too."""
    found = {}

    def add(prefix, message):
        name = f"{prefix}.{message.name}" if prefix else message.name
        found[name] = message
        for inner in message.nested_type:
            add(name, inner)

    for file in files.file:
        for message in file.message_type:
            add(file.package, message)
    return found


def enums_of(files):
    return {f"{file.package}.{enum.name}": {value.number: value.name for value in enum.value}
            for file in files.file for enum in file.enum_type}


def kind_of(field):
    return (FIELD.Type.Name(field.type), field.type_name, FIELD.Label.Name(field.label))


def reserved(message, number):
    return any(span.start <= number < span.end for span in message.reserved_range)


def field_breaches(name, old, new):
    now = {field.number: field for field in new.field}
    for field in old.field:
        place = f"{name}.{field.name} = {field.number}"
        after = now.get(field.number)
        if after is None:
            if not reserved(new, field.number):
                yield f"{place}: is gone, and its number is not reserved"
        elif after.name != field.name:
            yield f"{place}: is called {after.name} now"
        elif kind_of(after) != kind_of(field):
            yield f"{place}: was {' '.join(kind_of(field))}, is {' '.join(kind_of(after))}"
        elif after.HasField("oneof_index") != field.HasField("oneof_index"):
            yield f"{place}: moved into or out of a oneof"


def breaches(old, new):
    now = messages_of(new)
    for name, message in messages_of(old).items():
        if name not in now:
            yield f"{name}: is gone"
        else:
            yield from field_breaches(name, message, now[name])
    words = enums_of(new)
    for name, values in enums_of(old).items():
        for number, value in values.items():
            if words.get(name, {}).get(number) != value:
                yield f"{name}.{value} = {number}: is gone or means something else"


def main(arguments):
    if len(arguments) != 2:
        print("usage: proto_compatible.py OLD NEW", file=sys.stderr)
        return 2
    found = list(breaches(read(arguments[0]), read(arguments[1])))
    for breach in found:
        print(breach)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
