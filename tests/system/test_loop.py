"""The main job, end to end, as three kinds of subscribers hear it."""

from scene import LOOP, check_order


def types_of(events, ticket_id):
    return [event["type"] for event in events if event["subject"] == ticket_id]


def test_every_subscriber_hears_the_same_loop(house, scene):
    with house.stream(scene.subscriber, after="start") as from_the_start:
        ticket_id = scene.play(from_the_start)
        heard = list(from_the_start.events)

    assert [kind for kind in types_of(heard, ticket_id) if kind in LOOP] == LOOP
    check_order(heard)

    with house.stream(scene.subscriber, after="start") as late:
        late.wait_for(lambda e: e["id"] == heard[-1]["id"])
        assert late.events[:len(heard)] == heard

    assert reconnect_after_each(house, scene, len(heard)) == heard
    assert house.pages(key=scene.subscriber)[:len(heard)] == heard


def reconnect_after_each(house, scene, count):
    events, cursor = [], None
    while len(events) < count:
        after = None if cursor else "start"
        with house.stream(scene.subscriber, after=after, last_event_id=cursor, most=1) as stream:
            events.append(stream.wait_for(lambda e: True))
        cursor = events[-1]["cursor"]
    return events


def test_a_subscriber_from_now_on_hears_no_past(house, scene):
    scene.register()
    with house.stream(scene.subscriber) as stream:
        ticket_id = scene.register()["ticket_id"]
        first = stream.wait_for(lambda e: e["type"] == "ticket.registered")

    assert first["subject"] == ticket_id


def test_the_ticket_knows_its_whole_story(house, scene):
    with house.stream(scene.subscriber) as stream:
        ticket_id = scene.play(stream)

    ticket = house.get(f"/v1/tickets/{ticket_id}", scene.agent)
    assert ticket["state"] == "closed"
    assert len(ticket["jobs"]) == 1
    job = house.get(f"/v1/jobs/{ticket['jobs'][0]}", scene.dispatcher)
    assert job["state"] in ("verified", "closed")
    assert job["report"]["work_done"] == "更换加热管并通电测试"


def test_an_event_is_a_cloud_event(house, scene):
    with house.stream(scene.subscriber) as stream:
        ticket_id = scene.register()["ticket_id"]
        event = stream.wait_for(lambda e: e["subject"] == ticket_id)

    assert event["specversion"] == "1.0"
    assert event["type"] == "ticket.registered"
    assert event["source"] == "/afterline/intake"
    assert event["id"].startswith("intake/")
    assert event["datacontenttype"] == "application/json"
    assert event["branch"] == scene.branch
    assert event["time"].endswith("Z")
    assert event["data"]["ticket_id"] == ticket_id
