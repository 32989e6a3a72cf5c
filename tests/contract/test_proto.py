"""What is said on the bus keeps the promises that edge/message is built on."""

import pathlib
import re
import subprocess
import sys

import pytest
from google.protobuf import descriptor_pb2

FOLDER = pathlib.Path(__file__).resolve().parent
PROJECT = FOLDER.parent.parent
FIELD = descriptor_pb2.FieldDescriptorProto

sys.path.insert(0, str(FOLDER))
import proto_compatible  # noqa: E402


def descriptor_set(folder, protos):
    """Descriptors of these .proto files, comments left out."""
    into = pathlib.Path(folder) / "set.binpb"
    subprocess.run(["protoc", f"-I{pathlib.Path(protos[0]).parent}", "-I/usr/include",
                    "--include_imports", f"--descriptor_set_out={into}", *map(str, protos)],
                   check=True)
    return into


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    protos = sorted((PROJECT / "proto").glob("*.proto"))
    files = proto_compatible.read(descriptor_set(tmp_path_factory.mktemp("house"), protos))
    ours = descriptor_pb2.FileDescriptorSet()
    ours.file.extend(f for f in files.file if f.name in {p.name for p in protos})
    return ours


@pytest.fixture(scope="module")
def messages(house):
    return {"." + name: message for name, message in proto_compatible.messages_of(house).items()}


def named_number(path, name):
    return int(re.search(rf"{name} = (\d+),", (PROJECT / path).read_text()).group(1))


def depth(messages, name, above=()):
    assert name not in above, " → ".join((*above, name))
    below = [depth(messages, field.type_name, (*above, name))
             for field in messages[name].field if field.type == FIELD.TYPE_MESSAGE]
    return 1 + max(below, default=0)


def test_every_speaker_has_a_package_of_its_own(house):
    packages = [file.package for file in house.file]
    assert sorted(packages) == sorted(set(packages))
    assert set(packages) == {"house", "gateway", "intake", "dispatch", "returns", "complaints",
                             "reporting"}


def test_message_names_are_unique_in_the_house(messages):
    names = [name.rsplit(".", 1)[1] for name in messages]
    assert sorted(names) == sorted(set(names))


def test_no_message_type_contains_itself(messages):
    for name in messages:
        depth(messages, name)


def test_types_are_less_deep_than_json_may_be(messages):
    most = named_number("common/edge/message.h", "MESSAGE_DEPTH_MOST")
    # A message in a list is two levels of JSON.
    assert max(depth(messages, name) for name in messages) * 2 <= most


def test_no_type_has_more_fields_than_the_walk_counts(messages):
    most = named_number("common/edge/message.c", "FIELDS_MOST")
    assert max(len(message.field) for message in messages.values()) <= most


def test_every_file_is_proto3_and_has_no_maps_or_groups(house, messages):
    assert {file.syntax for file in house.file} == {"proto3"}
    for name, message in messages.items():
        assert not message.options.map_entry, name
        assert all(field.type != FIELD.TYPE_GROUP for field in message.field), name


def test_field_names_are_snake_case(messages):
    for name, message in messages.items():
        for field in message.field:
            assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.name), (name, field.name)


# ---- proto_compatible.py --------------------------------------------------------

BEFORE = """
message Ticket { string ticket_id = 1; repeated string jobs = 2; Unit unit = 3; }
message Unit { uint32 number = 1; oneof how { string a = 2; string b = 3; } }
enum Mood { UNKNOWN = 0; GLAD = 1; }
"""

CHANGES = {
    "nothing changed": ([], True),
    "a field more": ([("Unit unit = 3;", "Unit unit = 3; string note = 4;")], True),
    "a message more": ([("enum Mood", "message More { } enum Mood")], True),
    "a word more": ([("GLAD = 1;", "GLAD = 1; SAD = 2;")], True),
    "a field retired": ([("repeated string jobs = 2;", "reserved 2;")], True),
    "a field removed": ([("repeated string jobs = 2;", "")], False),
    "a field renumbered": ([("jobs = 2;", "jobs = 5;")], False),
    "a number used again": ([("repeated string jobs = 2;", "repeated string parts = 2;")], False),
    "a field retyped": ([("uint32 number", "uint64 number")], False),
    "a field of another message": ([("Unit unit", "Ticket unit")], False),
    "a list made single": ([("repeated string jobs", "string jobs")], False),
    "a field taken out of a oneof": ([("oneof how { string a = 2;", "string a = 2; oneof how {")],
                                     False),
    "a message removed": ([("Unit unit = 3;", "reserved 3;"), ("message Unit {", "message Box {")],
                          False),
    "a word that means something else": ([("GLAD = 1", "SAD = 1")], False),
    "another package": ([("package shop;", "package store;")], False),
}


def made(folder, text):
    folder.mkdir()
    proto = folder / "shop.proto"
    proto.write_text(text)
    return descriptor_set(folder, [proto])


@pytest.mark.parametrize("change", CHANGES)
def test_compatible(change, tmp_path):
    replacements, compatible = CHANGES[change]
    before = after = 'syntax = "proto3";\npackage shop;\n' + BEFORE
    for old, new in replacements:
        assert old in after
        after = after.replace(old, new)

    done = subprocess.run([FOLDER / "proto_compatible.py", made(tmp_path / "old", before),
                           made(tmp_path / "new", after)], capture_output=True, text=True)

    assert done.returncode == (0 if compatible else 1), done.stderr
    assert bool(done.stdout) != compatible


def test_compatible_with_itself(house, tmp_path):
    path = tmp_path / "house.binpb"
    path.write_bytes(house.SerializeToString())
    assert proto_compatible.main([path, path]) == 0
