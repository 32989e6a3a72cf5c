"""The main job, end to end, as three kinds of subscribers hear it."""

from scene import LOOP, check_order


def types_of(events, ticket_id):
    return [event["type"] for event in events if event["subject"] == ticket_id]


def told(events, among=None):
    """Events by id, without the place they had in one subscriber's merge of the histories."""
    return {event["id"]: {name: value for name, value in event.items() if name != "cursor"}
            for event in events if among is None or event["id"] in among}


def check_same(events, heard):
    """All that was heard, and each history and every cause in order; what is newer may be there."""
    check_order(events)
    assert told(events, among=told(heard)) == told(heard)


def test_every_subscriber_hears_the_same_loop(house, scene):
    with house.stream(scene.subscriber, after="start") as from_the_start:
        ticket_id = scene.play(from_the_start)
        heard = list(from_the_start.events)

    assert [kind for kind in types_of(heard, ticket_id) if kind in LOOP] == LOOP
    check_order(heard)
    check_same(read_until(house, scene, heard), heard)
    check_same(reconnect_after_each(house, scene, heard), heard)
    check_same(house.pages(key=scene.subscriber), heard)


def read_until(house, scene, heard):
    """A subscriber that joins at the end and reads from the start."""
    with house.stream(scene.subscriber, after="start") as late:
        for event in heard:
            late.wait_for(lambda e: e["id"] == event["id"], what=event["id"])
        return list(late.events)


def reconnect_after_each(house, scene, heard):
    """One that loses its connection after each event and says which one it heard last."""
    events, cursor, missing = [], None, set(told(heard))
    while missing:
        after = None if cursor else "start"
        with house.stream(scene.subscriber, after=after, last_event_id=cursor, most=1) as stream:
            events.append(stream.wait_for(lambda e: True))
        cursor = events[-1]["cursor"]
        missing.discard(events[-1]["id"])
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
