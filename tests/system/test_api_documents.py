"""What the house says of itself: its health, its figures, its documents."""

import json
import re

import pytest

from house import SERVICES
from outside import problem

SAMPLE = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)*\})?'
                    r' (NaN|[+-]?Inf|[+-]?[0-9.eE+-]+)( -?[0-9]+)?')
# api.md, each route of it that has come.
PROMISED = {
    "/v1/tickets": {"get", "post"}, "/v1/tickets/{ticket_id}": {"get", "patch"},
    **{f"/v1/tickets/{{ticket_id}}/{action}": {"post"} for action in (
        "acknowledge", "start", "wait", "resume", "resolve", "object", "confirm", "close", "reopen",
        "cancel", "merge", "notes")},
    "/v1/tickets/{ticket_id}/timeline": {"get"}, "/v1/branches": {"post"}, "/v1/providers": {"post"},
    "/v1/technicians": {"post"}, "/v1/keys": {"post"}, "/v1/keys/{key_id}": {"get", "delete"},
    "/v1/branches/{branch}": {"get"}, "/v1/providers/{provider_id}": {"get"},
    "/v1/technicians/{technician_id}": {"get"},
    "/v1/jobs": {"get"}, "/v1/jobs/{job_id}": {"get"}, "/v1/jobs/{job_id}/candidates": {"get"},
    **{f"/v1/jobs/{{job_id}}/{action}": {"post"} for action in (
        "offer", "assign", "accept", "decline", "schedule", "depart", "arrive", "start", "pause",
        "resume", "suspend", "clear", "complete", "verify", "reject", "give_up", "cancel")},
    "/v1/job-updates": {"post"}, "/v1/events": {"get"}, "/v1/reports/tickets": {"get"},
    "/v1/returns": {"get"}, "/v1/returns/{return_id}": {"get"},
    "/v1/complaints": {"get"}, "/v1/complaints/{complaint_id}": {"get"},
    "/healthz": {"get"}, "/readyz": {"get"}, "/metrics": {"get"}, "/openapi.json": {"get"},
    "/asyncapi.json": {"get"},
}


@pytest.fixture(scope="module")
def openapi(house):
    return house.request("GET", "/openapi.json", key=None).json


@pytest.fixture(scope="module")
def asyncapi(house):
    return house.request("GET", "/asyncapi.json", key=None).json


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/asyncapi.json"])
def test_what_the_house_says_of_itself_needs_no_key(house, path):
    assert house.request("GET", path, key=None).status == 200


def test_metrics_are_prometheus_text(house):
    answer = house.request("GET", "/metrics", key=None)
    assert answer.headers["Content-Type"].startswith("text/plain")
    typed, seen = {}, set()
    text = answer.body.decode()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in typed, f"{name} has two types"
            typed[name] = kind
        elif line and not line.startswith("#"):
            assert SAMPLE.fullmatch(line), line
            series = line.rsplit(" ", 1)[0]
            assert series not in seen, f"{series} twice"
            seen.add(series)
            name = series.split("{")[0]
            base = re.sub("_(bucket|sum|count)$", "", name)
            assert name in typed or typed.get(base) in ("histogram", "summary"), name
    for service in SERVICES:
        assert f'instance="{service}.' in text, service


def references(document):
    if isinstance(document, dict):
        if isinstance(document.get("$ref"), str):
            yield document["$ref"]
        for value in document.values():
            yield from references(value)
    elif isinstance(document, list):
        for value in document:
            yield from references(value)


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(request, name):
    document = request.getfixturevalue(name)
    for reference in set(references(document)):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step.replace("~1", "/").replace("~0", "~")]


def test_openapi_is_of_a_known_edition(openapi):
    assert openapi["openapi"].startswith("3.1")
    assert openapi["info"]["title"] and openapi["info"]["version"]
    scheme = openapi["components"]["securitySchemes"]
    assert any(one.get("scheme", "").lower() == "bearer" for one in scheme.values())


def test_every_promised_route_is_listed_and_answers(house, openapi):
    for path, methods in PROMISED.items():
        assert methods <= set(openapi["paths"][path]), path
    for path, operations in openapi["paths"].items():
        for method in operations:
            filled = re.sub("{[^}]*}", "x", path)
            answer = house.request(method.upper(), filled, key=None)
            assert answer.status in ((401,) if path.startswith("/v1/") else (200,)), (method, path)


def test_every_route_says_what_it_refuses_with(openapi):
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    continue
                if "$ref" in response:
                    response = openapi["components"]["responses"][response["$ref"].split("/")[-1]]
                assert "application/problem+json" in response["content"], (method, path, status)
            assert any(not status.startswith("2") for status in operation["responses"]), (method, path)
            named = set(re.findall("{([^}]*)}", path))
            assert named <= {p.get("name") for p in operation.get("parameters", [])}, path
    ids = [operation["operationId"] for operations in openapi["paths"].values()
           for operation in operations.values() if "operationId" in operation]
    assert len(ids) == len(set(ids))


def test_what_the_protocol_says_of_its_words_is_said_outside(openapi):
    asked = openapi["components"]["schemas"]["RegisterTicket"]
    assert "named at once" in asked["description"]
    assert "complaint" in asked["properties"]["kind"]["description"].split(", ")
    assert "description" not in asked["properties"]["product_model"]
    heads = {one["name"]: one for one in openapi["paths"]["/v1/tickets"]["post"]["parameters"]}
    assert "255" in heads["Idempotency-Key"]["description"]
    query = {one["name"]: one for one in openapi["paths"]["/v1/events"]["get"]["parameters"]}
    assert "ticket.*" in query["types"]["description"]


def problem_schema(openapi):
    response = openapi["components"]["responses"]["problem"]
    schema = response["content"]["application/problem+json"]["schema"]
    return openapi["components"]["schemas"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema


def test_the_schema_of_refusals_names_every_member(openapi):
    assert set(problem_schema(openapi)["properties"]) >= {
        "type", "title", "status", "detail", "reason", "trace_id", "violations", "state", "allowed",
        "retry_after_seconds"}


def test_lists_say_how_long_a_page_may_be(openapi):
    limits = {path: parameter["schema"] for path, operations in openapi["paths"].items()
              for parameter in operations.get("get", {}).get("parameters", [])
              if parameter["name"] == "limit"}
    assert {"/v1/tickets", "/v1/jobs", "/v1/branches", "/v1/events"} <= set(limits)
    for path, schema in limits.items():
        assert (schema["default"], schema["maximum"]) == (50, 500), path


def test_a_version_is_asked_for_where_there_is_one(openapi):
    matched = {(method, path) for path, operations in openapi["paths"].items()
               for method, operation in operations.items()
               if "If-Match" in {p["name"] for p in operation.get("parameters", [])}}
    assert {("patch", "/v1/tickets/{ticket_id}"), ("post", "/v1/jobs/{job_id}/offer")} <= matched
    assert all("_id}" in path for _, path in matched)
    assert not matched & {("post", "/v1/tickets"), ("delete", "/v1/keys/{key_id}")}


def test_updates_are_taken_as_lines_and_events_as_a_stream(openapi):
    asked = openapi["paths"]["/v1/job-updates"]["post"]["requestBody"]["content"]
    assert {"application/json", "application/x-ndjson"} <= set(asked)
    told = openapi["paths"]["/v1/events"]["get"]["responses"]["200"]["content"]
    assert {"application/json", "text/event-stream"} <= set(told)


def test_answers_have_the_members_of_their_schema(house, scene, openapi):
    def fits(value, schema):
        if "$ref" in schema:
            schema = openapi["components"]["schemas"][schema["$ref"].split("/")[-1]]
        kind = schema.get("type")
        if value is None:
            return
        if kind == "object" or "properties" in schema:
            assert set(value) <= set(schema["properties"]), set(value) - set(schema["properties"])
            for name, inner in value.items():
                fits(inner, schema["properties"][name])
        elif kind == "array":
            for inner in value:
                fits(inner, schema["items"])
        elif kind == "string":
            assert isinstance(value, str)

    ticket_id = scene.register()["ticket_id"]
    for path, real in (("/v1/tickets", "/v1/tickets?limit=3"),
                       ("/v1/tickets/{ticket_id}", f"/v1/tickets/{ticket_id}"),
                       ("/v1/jobs", "/v1/jobs?limit=3"), ("/v1/branches", "/v1/branches"),
                       ("/v1/reports/tickets", "/v1/reports/tickets?by=kind")):
        schema = openapi["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        fits(house.get(real), schema)


def test_asyncapi_names_the_events(house, scene, asyncapi):
    assert asyncapi["asyncapi"].split(".")[0] in ("2", "3")
    text = json.dumps(asyncapi)
    scene.register(kind="consult")
    for kind in {event["type"] for event in house.pages()}:
        assert f'"{kind}"' in text, kind


def test_a_service_that_is_none_is_not_found(house):
    problem(house.request("GET", "/v1/services/kitchen/status"), 404)
