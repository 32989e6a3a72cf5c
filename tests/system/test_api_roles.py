"""Who may do what, and who sees what: keys, roles, scopes, masks."""

import re

import pytest

from house import eventually
from outside import fields, fresh, fresh_phone, identifier, planned_job, problem
from scene import REPORT

ROLES = ("admin", "agent", "lead", "manager", "dispatcher", "technician", "inspector", "finance",
         "auditor", "provider", "subscriber", "importer")
NAME, ADDRESS = "欧阳清音", "杭州市西湖区孤山路 99 号"

# What those who carry out or look on never do.
GUARDED = [
    ("POST", "/v1/keys", {"name": "x", "roles": ["agent"]}),
    ("DELETE", "/v1/keys/unknown", None),
    ("POST", "/v1/branches", {"branch": "x"}),
    ("POST", "/v1/providers", {"name": "x"}),
    ("POST", "/v1/technicians", {"name": "x"}),
    ("GET", "/v1/keys/abcdefghijkl", None),
    ("GET", f"/v1/providers/{identifier('P', 9999999)}", None),
    ("GET", f"/v1/technicians/{identifier('S', 9999999)}", None),
]
OTHERS = ("agent", "technician", "inspector", "finance", "auditor", "provider", "subscriber")
LOOKERS = ("auditor", "subscriber", "finance")


@pytest.fixture(scope="module")
def keys(house, scene):
    made = {}
    for role in ROLES:
        provider = scene.provider_id if role == "provider" else ""
        made[role] = house.make_key(role, branch="" if provider else scene.branch,
                                    provider_id=provider)
    return made


@pytest.fixture(scope="module")
def tree(house):
    """A region with two branches below; a key that sees each."""
    codes = {name: fresh(name) for name in ("region", "east", "west")}
    for name, parent in (("region", ""), ("east", codes["region"]), ("west", codes["region"])):
        house.post("/v1/branches", {"branch": codes[name], "name": name, "parent": parent,
                                    "kind": "region" if not parent else "branch",
                                    "time_zone": "Asia/Shanghai"}, status=201)
    return {name: (code, house.make_key("agent", "dispatcher", "subscriber", branch=code))
            for name, code in codes.items()}


# ---- roles ----

@pytest.mark.parametrize("role", ROLES)
def test_a_key_holds_each_role(house, role):
    asked = {"name": role, "roles": [role]}
    if role == "provider":
        asked["provider_id"] = house.post("/v1/providers", {
            "name": fresh("维修"), "kinds": ["repair"], "branches": ["hangzhou-xihu"]})["provider_id"]
    made = house.post("/v1/keys", asked, status=201)

    assert made["roles"] == [role]
    assert re.fullmatch(rf"al_{made['key_id']}_[A-Za-z0-9_-]+", made["key"])


@pytest.mark.parametrize("method, path, body", GUARDED)
@pytest.mark.parametrize("role", OTHERS)
def test_a_guarded_door_opens_to_few(house, keys, method, path, body, role):
    answer = house.request(method, path, body, keys[role])

    problem(answer, answer.status)
    assert answer.status in (403, 404), answer


@pytest.mark.parametrize("service", ["intake", "gateway"])
@pytest.mark.parametrize("role", ROLES)
def test_how_a_service_is_doing_is_the_houses_business(house, keys, role, service):
    answer = house.request("GET", f"/v1/services/{service}/status", key=keys[role])

    if role in ("admin", "auditor"):
        assert answer.json["service"] == service
    else:
        assert problem(answer, 403)["reason"] == "role"


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_only_administrators_make_keys(house, keys, role):
    problem(house.request("POST", "/v1/keys", {"name": "x", "roles": ["agent"]}, keys[role]), 403)


def test_nobody_hands_out_more_than_they_hold(house, scene, tree):
    admin = house.make_key("admin", branch=tree["region"][0])
    for branch in ("", scene.branch):
        asked = {"name": "x", "roles": ["agent"], "branch": branch}
        problem(house.request("POST", "/v1/keys", asked, admin), 403)
    asked = {"name": "x", "roles": ["agent"], "branch": tree["east"][0]}
    assert house.request("POST", "/v1/keys", asked, admin).status == 201


@pytest.mark.parametrize("role", LOOKERS)
def test_lookers_change_nothing(house, scene, keys, mover, role):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    job_id = mover.job_in("planned")["job_id"]
    asked = [("/v1/tickets", scene.ticket()), (f"/v1/tickets/{ticket_id}/acknowledge", {"answer": "x"}),
             (f"/v1/tickets/{ticket_id}/cancel", {"reason": "x"}),
             (f"/v1/tickets/{ticket_id}/notes", {"text": "x"}),
             (f"/v1/jobs/{job_id}/offer", {"provider_id": scene.provider_id}),
             (f"/v1/jobs/{job_id}/cancel", {"reason": "x"}),
             ("/v1/job-updates", {"updates": [{"update_id": "x", "job_id": job_id, "state": "working"}]})]
    for path, body in asked:
        problem(house.request("POST", path, body, keys[role]), 403)
    problem(house.request("PATCH", f"/v1/tickets/{ticket_id}", {"team": "x"}, keys[role]), 403)
    assert house.get(f"/v1/tickets/{ticket_id}", keys[role])["state"] == "registered"


def test_a_provider_does_providers_work_only(house, scene, keys, mover):
    ticket_id = mover.ticket_in("registered")["ticket_id"]
    job = mover.job_in("offered")
    for path, body in ((f"/v1/tickets/{ticket_id}/cancel", {"reason": "x"}),
                       (f"/v1/jobs/{job['job_id']}/assign",
                        {"provider_id": scene.provider_id, "reason": "x"}),
                       (f"/v1/jobs/{job['job_id']}/verify", {}),
                       (f"/v1/jobs/{job['job_id']}/offer", {"provider_id": scene.provider_id})):
        answer = house.request("POST", path, body, keys["provider"])
        assert answer.status in (403, 404), (path, answer)


def test_only_inspectors_verify(house, keys, mover):
    job_id = mover.job_in("completed")["job_id"]
    for role in ("agent", "technician", "provider", "auditor", "subscriber", "finance"):
        answer = house.request("POST", f"/v1/jobs/{job_id}/verify", {}, keys[role])
        assert answer.status in (403, 404), (role, answer)
    assert house.request("POST", f"/v1/jobs/{job_id}/verify", {}, keys["inspector"]).status == 200


# ---- keys ----

def test_without_a_key_nothing_under_v1_answers(house):
    paths = house.request("GET", "/openapi.json", key=None).json["paths"]
    for path, operations in paths.items():
        filled = re.sub("{[^}]*}", "x", path)
        for method in operations:
            if path.startswith("/v1/"):
                answer = house.request(method.upper(), filled, key=None)
                problem(answer, 401)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer"), path


def test_a_key_in_the_query_does_not_count(house):
    problem(house.request("GET", f"/v1/tickets?key={house.key}", key=None), 401)


@pytest.mark.parametrize("body, field", [
    ({"name": "x"}, "roles"), ({"name": "x", "roles": []}, "roles"),
    ({"name": "x", "roles": ["wizard"]}, "roles"),
    ({"name": "x", "roles": ["provider"]}, "provider_id")])
def test_a_key_that_makes_no_sense_is_refused(house, body, field):
    assert field in {name.split("[")[0] for name in fields(problem(
        house.request("POST", "/v1/keys", body), 422))}


def test_a_revoked_key_is_gone_at_once(house, scene):
    made = house.post("/v1/keys", {"name": "x", "roles": ["agent"], "branch": scene.branch})
    assert house.request("GET", "/v1/tickets", key=made["key"]).status == 200
    assert house.request("DELETE", f"/v1/keys/{made['key_id']}").status in (200, 204)

    problem(house.request("GET", "/v1/tickets", key=made["key"]), 401)


def test_a_revoked_keys_stream_ends(house):
    made = house.post("/v1/keys", {"name": "x", "roles": ["subscriber"]})
    stream = house.stream(made["key"])
    house.request("DELETE", f"/v1/keys/{made['key_id']}")

    eventually(lambda: not stream._thread.is_alive(), 5, "the end of the stream")
    stream.close()


def test_a_key_is_shown_once(house):
    made = house.post("/v1/keys", {"name": "x", "roles": ["agent"]})
    secret = made["key"].split("_", 2)[2]
    assert len(secret) >= 32

    for event in house.pages():
        assert secret not in str(event)
    for log in (house.state / "log").glob("*"):
        assert secret.encode() not in log.read_bytes(), log.name


# ---- scope ----

def numbers(house, key, things="tickets"):
    return {item[f"{things[:-1]}_id"] for item in house.get(f"/v1/{things}?limit=500", key)["items"]}


def test_a_branch_sees_itself_and_what_is_below(house, scene, tree):
    made = {name: house.post("/v1/tickets", scene.ticket(branch=code), key, 201)["ticket_id"]
            for name, (code, key) in tree.items()}

    assert numbers(house, tree["region"][1]) >= set(made.values())
    for name, other in (("east", "west"), ("west", "east")):
        key = tree[name][1]
        seen = numbers(house, key)
        assert made[name] in seen and not seen & {made[other], made["region"]}
        assert house.request("GET", f"/v1/tickets/{made[name]}", key=key).status == 200


def test_who_is_limited_to_a_branch_does_not_look_after_the_house(house, tree):
    admin = house.make_key("admin", branch=tree["east"][0])
    orders = [("POST", "rebuild", {}), ("POST", "parked/retry", {"subject": "T10000001"}),
              ("POST", "parked/discard", {"source": "intake", "id": 1, "reason": "no"}),
              ("GET", "parked", None)]

    for method, what, body in orders:
        said = problem(house.request(method, f"/v1/services/reporting/{what}", body, key=admin), 403)
        assert said["reason"] == "out_of_scope", what


def test_what_one_may_not_know_is_not_found(house, scene, tree):
    code, key = tree["east"]
    ticket = house.post("/v1/tickets", scene.ticket(branch=code), key, 201)["ticket_id"]
    complaint = house.post("/v1/tickets", scene.ticket(branch=code, kind="complaint"), key, 201)
    returned = house.post("/v1/tickets", scene.ticket(branch=code, kind="return"), key, 201)
    hidden = [(f"/v1/tickets/{ticket}", f"/v1/tickets/{identifier('T', 9999999)}"),
              (f"/v1/tickets/{ticket}/timeline", f"/v1/tickets/{identifier('T', 9999999)}/timeline")]
    for things, number, letter in (("jobs", ticket, "J"), ("complaints", complaint["ticket_id"], "C"),
                                   ("returns", returned["ticket_id"], "R")):
        found = eventually(lambda: house.get(f"/v1/{things}?ticket_id={number}", key)["items"])[0]
        hidden.append((f"/v1/{things}/{found[things[:-1] + '_id']}",
                       f"/v1/{things}/{identifier(letter, 9999999)}"))
    stranger = tree["west"][1]
    eventually(lambda: house.get(f"/v1/tickets/{ticket}/timeline", key)["items"])
    for path, nothing in hidden:
        assert house.request("GET", path, key=key).status == 200, path
        said, wanted = (problem(house.request("GET", p, key=stranger), 404) for p in (path, nothing))
        for words, p in ((said, path), (wanted, nothing)):
            number = p.split("/")[3]
            words["detail"] = words["detail"].replace(number, "")
            del words["trace_id"]
        assert said == wanted, path


@pytest.mark.parametrize("action", ["acknowledge", "cancel", "notes", "merge", "resolve"])
def test_a_sibling_changes_nothing(house, scene, tree, mover, action):
    code, key = tree["east"]
    ticket = house.post("/v1/tickets", scene.ticket(branch=code, kind="consult"), key, 201)
    body = {"text": "x"} if action == "notes" else {"into": mover.ticket_in("registered")["ticket_id"]}
    answer = mover.ask_ticket(ticket["ticket_id"], action, tree["west"][1],
                              **(body if action in ("notes", "merge") else {}))

    problem(answer, 404)
    assert house.get(f"/v1/tickets/{ticket['ticket_id']}", key)["version"] == 1


def test_what_was_made_in_another_branch_is_not_found(house, tree):
    (region, _), (east, _), (west, _) = tree["region"], tree["east"], tree["west"]
    asked = {"name": "x", "branch": east}
    made = [f"/v1/branches/{east}",
            house.request("POST", "/v1/technicians", {**asked, "skills": ["*"]}).headers["Location"],
            house.request("POST", "/v1/providers", {"name": "x", "kinds": ["repair"],
                                                    "branches": [east]}).headers["Location"],
            house.request("POST", "/v1/keys", {**asked, "roles": ["agent"]}).headers["Location"]]
    admins = {branch: house.make_key("admin", branch=branch) for branch in (region, east, west)}
    for path in made:
        for branch in (region, east):  # whose place in the tree is learned from an event
            eventually(lambda: house.request("GET", path, key=admins[branch]).status == 200, 5, path)
        assert house.request("GET", path, key=admins[west]).status == 404, path


def naming(branch):
    """What may be made for a branch."""
    return [("/v1/keys", {"name": "x", "roles": ["agent"], "branch": branch}),
            ("/v1/providers", {"name": "x", "kinds": ["repair"], "branches": [branch]}),
            ("/v1/technicians", {"name": "x", "branch": branch, "skills": ["*"]})]


def test_a_branch_is_known_to_all_at_once(house):
    for number in range(20):
        branch = fresh("new")
        house.post("/v1/branches", {"branch": branch, "name": "x", "kind": "branch",
                                    "time_zone": "Asia/Shanghai"}, status=201)
        for path, asked in naming(branch):
            answer = house.request("POST", path, asked, headers={"Idempotency-Key": fresh("once")})
            assert answer.status == 201, answer


@pytest.mark.parametrize("path, asked", naming("nowhere"))
def test_nothing_is_made_for_a_branch_that_is_not_there(house, scene, path, asked):
    said = problem(house.request("POST", path, asked), 422, "invalid")

    assert [one["reason"] for one in said["violations"]] == ["unknown_branch"]


def test_who_works_in_a_region_is_known_in_its_branches(house, tree):
    made = house.request("POST", "/v1/providers", {"name": "x", "kinds": ["repair"],
                                                   "branches": [tree["region"][0]]})
    path = made.headers["Location"]
    eventually(lambda: house.request("GET", path, key=tree["east"][1]).status == 200, 5, path)


def test_who_is_held_to_a_provider_finds_no_other(house, scene):
    number = house.post("/v1/providers", {"name": "x", "kinds": ["repair"],
                                          "branches": [scene.branch]})["provider_id"]
    own = house.make_key("admin", provider_id=number)
    asked = {"name": "x", "branch": scene.branch, "skills": ["*"]}
    free, bound = (house.post("/v1/technicians", {**asked, **more})["technician_id"]
                   for more in ({}, {"provider_id": number}))
    for path, status in ((f"providers/{number}", 200), (f"providers/{scene.provider_id}", 404),
                         (f"technicians/{bound}", 200), (f"technicians/{free}", 404)):
        assert house.request("GET", f"/v1/{path}", key=own).status == status, path


# Whoever works for a provider, and whatever else they are: no more than a provider.
@pytest.mark.parametrize("role", [role for role in ROLES if role != "provider"])
def test_who_is_held_to_a_provider_does_no_more_than_a_provider(house, scene, role):
    mine = house.post("/v1/tickets", scene.ticket(kind="complaint"), scene.agent, 201)["ticket_id"]
    sent = house.post("/v1/tickets", scene.ticket(kind="return"), scene.agent, 201)["ticket_id"]
    complaint = eventually(lambda: house.get(f"/v1/tickets/{mine}")["complaints"], 5)[0]
    back = eventually(lambda: house.get(f"/v1/tickets/{sent}")["returns"], 5)[0]
    held = house.make_key(role, provider_id=scene.provider_id)
    for method, path, asked in [
            ("GET", "/v1/complaints", None), ("GET", f"/v1/complaints/{complaint}", None),
            ("GET", "/v1/returns", None), ("GET", f"/v1/returns/{back}", None),
            ("GET", "/v1/tickets", None), ("GET", f"/v1/tickets/{mine}/timeline", None),
            ("GET", "/v1/reports/tickets?by=kind", None),
            ("POST", "/v1/tickets", scene.ticket()), ("POST", f"/v1/tickets/{mine}/start", {}),
            ("POST", "/v1/providers", {"name": "x", "kinds": ["repair"], "branches": [scene.branch]}),
            ("POST", "/v1/technicians", {"name": "x", "branch": scene.branch, "skills": ["*"]}),
            ("POST", "/v1/branches", {"branch": fresh("x"), "name": "x", "kind": "branch"}),
            ("POST", "/v1/keys", {"name": "x", "roles": ["agent"]})]:
        problem(house.request(method, path, asked, held), 403)
    assert house.request("GET", f"/v1/tickets/{mine}", key=held).status in (403, 404)


def test_nobody_registers_in_a_branch_out_of_sight(house, scene, tree):
    answer = house.request("POST", "/v1/tickets", scene.ticket(branch=tree["east"][0]), tree["west"][1])

    assert answer.status in (403, 404, 422), answer


def test_one_does_not_merge_into_what_one_may_not_know(house, scene, tree, mover):
    (east, key), (west, other) = tree["east"], tree["west"]
    mine = house.post("/v1/tickets", scene.ticket(branch=east, kind="consult"), key, 201)["ticket_id"]
    theirs = house.post("/v1/tickets", scene.ticket(branch=west, kind="consult"), other, 201)["ticket_id"]
    for into in (theirs, identifier("T", 9999999)):
        answer = mover.ask_ticket(mine, "merge", key, into=into)
        assert answer.status in (404, 422), answer


def test_a_filter_does_not_widen_the_scope(house, scene, tree):
    (east, key), (_, stranger) = tree["east"], tree["west"]
    house.post("/v1/tickets", scene.ticket(branch=east), key, 201)
    answer = house.request("GET", f"/v1/tickets?branch={east}", key=stranger)

    assert answer.status in (403, 404) or answer.json["items"] == []


def test_events_keep_to_the_scope(house, scene, tree):
    (east, key), (_, stranger), (_, above) = tree["east"], tree["west"], tree["region"]
    with house.stream(stranger) as unheard, house.stream(key) as heard, house.stream(above) as from_above:
        ticket = house.post("/v1/tickets", scene.ticket(branch=east), key, 201)["ticket_id"]
        own = house.post("/v1/tickets", scene.ticket(branch=tree["west"][0]), stranger, 201)["ticket_id"]
        for stream in (heard, from_above):
            stream.wait_for(lambda e: (e["subject"], e["type"]) == (ticket, "job.planned"))
        unheard.wait_for(lambda e: (e["subject"], e["type"]) == (own, "job.planned"))
    assert {event["branch"] for event in unheard.events} == {tree["west"][0]}
    assert {event["branch"] for event in house.pages(key=stranger)} == {tree["west"][0]}


def test_figures_keep_to_the_scope(house, scene, tree):
    (east, key), (_, stranger) = tree["east"], tree["west"]
    manager = house.make_key("manager", branch=tree["west"][0])
    house.post("/v1/tickets", scene.ticket(branch=east), key, 201)

    def groups():
        return {item["group"] for item in house.get("/v1/reports/tickets?by=branch", manager)["items"]}

    house.post("/v1/tickets", scene.ticket(branch=tree["west"][0]), stranger, 201)
    eventually(lambda: tree["west"][0] in groups())
    assert groups() == {tree["west"][0]}


# ---- providers ----

def test_a_provider_sees_its_own_jobs_only(house, scene, mover):
    number = house.post("/v1/providers", {"name": fresh("维修"), "kinds": ["repair"],
                                          "branches": [scene.branch]})["provider_id"]
    other = house.make_key("provider", provider_id=number)
    mine = mover.job_in("offered")["job_id"]
    unheld = planned_job(house, scene)

    assert mine in numbers(house, scene.provider, "jobs")
    assert unheld not in numbers(house, scene.provider, "jobs")
    assert numbers(house, other, "jobs") == set()
    for job_id, key in ((mine, other), (unheld, scene.provider)):
        problem(house.request("GET", f"/v1/jobs/{job_id}", key=key), 404)
        problem(mover.ask_job(job_id, "accept", key=key), 404)


def test_a_provider_hears_of_its_own_jobs_only(house, scene, mover):
    mover.job_in("working")
    answer = house.request("GET", "/v1/events?after=start&limit=500", key=scene.provider,
                           headers={"Accept": "application/json"})
    if answer.status == 403:
        return
    for event in answer.json["items"]:
        if event["type"].startswith("job.") and event["data"].get("provider_id"):
            assert event["data"]["provider_id"] == scene.provider_id
        assert not event["type"].startswith("ticket.registered")


# ---- masks ----

@pytest.fixture
def private(scene):
    phone = fresh_phone()
    ticket = scene.register(customer={"name": NAME, "phone": phone, "email": f"{phone}@example.com",
                                      "address": ADDRESS})
    return ticket["ticket_id"], phone


def check_masked(text, phone):
    for part in (phone, NAME, ADDRESS, "孤山路"):
        assert part not in text


@pytest.mark.parametrize("role", ["subscriber", "auditor"])
def test_who_only_follows_sees_masks(house, keys, private, role):
    ticket_id, phone = private
    answer = house.request("GET", f"/v1/tickets/{ticket_id}", key=keys[role])
    listed = house.request("GET", "/v1/tickets?limit=5", key=keys[role])

    assert answer.status == listed.status == 200
    check_masked(answer.body.decode(), phone)
    check_masked(listed.body.decode(), phone)
    assert answer.json["customer"]["phone"].endswith(phone[-4:]), "enough to recognise it"


def test_who_speaks_with_the_customer_sees_the_number(house, scene, private):
    ticket_id, phone = private

    assert house.get(f"/v1/tickets/{ticket_id}", scene.agent)["customer"]["phone"] == phone


def test_a_provider_sees_a_masked_number(house, scene, mover, private):
    ticket_id, phone = private
    job_id = eventually(lambda: house.get(f"/v1/jobs?ticket_id={ticket_id}", scene.dispatcher)["items"]
                        )[0]["job_id"]
    mover.move_job(job_id, "offer")
    for path in (f"/v1/jobs/{job_id}", "/v1/jobs?limit=500"):
        answer = house.request("GET", path, key=scene.provider)
        assert answer.status == 200
        check_masked(answer.body.decode(), phone)
    assert "*" in house.get(f"/v1/jobs/{job_id}", scene.provider)["customer_phone"]
    accepted = mover.ask_job(job_id, "accept")
    check_masked(accepted.body.decode(), phone)


def test_personal_data_is_in_no_event_log_or_metric(house, scene, mover, private):
    ticket_id, phone = private
    job_id = eventually(lambda: house.get(f"/v1/jobs?ticket_id={ticket_id}", scene.dispatcher)["items"]
                        )[0]["job_id"]
    for action in ("offer", "accept", "schedule", "depart", "arrive", "start"):
        mover.move_job(job_id, action)
    house.request("POST", "/v1/tickets", scene.ticket(
        kind="dance", customer={"name": NAME, "phone": phone}), scene.agent)
    house.request("POST", "/v1/tickets", key=scene.agent, body=f'{{"customer": "{phone}{NAME}'.encode(),
                  headers={"Content-Type": "application/json"})
    house.request("GET", f"/v1/tickets?phone={phone}", key=scene.agent)
    house.get(f"/v1/tickets/{ticket_id}", scene.agent)
    mover.ask_job(job_id, "complete", body={"report": {**REPORT, "test_result": phone}})

    check_masked(str(house.pages()), phone)
    with house.stream(after="start") as stream:
        stream.wait_for(lambda e: e.get("subject") == ticket_id and e["type"] == "job.started")
        check_masked(str(stream.events), phone)
    check_masked(house.request("GET", "/metrics", key=None).body.decode(), phone)
    for log in (house.state / "log").glob("*"):
        check_masked(log.read_text(errors="replace"), phone)
    timeline = house.request("GET", f"/v1/tickets/{ticket_id}/timeline", key=scene.subscriber)
    check_masked(timeline.body.decode(), phone)
