"""The people of the loop, and the loop itself, step by step."""

REPORT = {
    "findings": "加热管断路",
    "cause": "加热管老化",
    "work_done": "更换加热管并通电测试",
    "parts": [{"part_number": "HT-200", "serial_number": "HT200-77", "quantity": 1}],
    "hours": 1.5,
    "test_result": "passed",
    "old_parts_collected": True,
}

# What a complete repair tells, in the order of causes; each service's own order is fixed.
LOOP = [
    "ticket.registered", "job.planned", "job.offered", "job.accepted", "job.scheduled",
    "job.departed", "job.arrived", "job.started", "job.completed", "job.verified",
    "ticket.resolved", "ticket.confirmed", "ticket.closed",
]


class Scene:
    """A branch, a provider with a technician, and a key for each part in the play."""

    def __init__(self, house, branch="hangzhou-xihu"):
        self.house = house
        self.branch = branch
        house.post("/v1/branches", {"branch": branch, "name": "杭州西湖网点", "kind": "branch",
                                    "time_zone": "Asia/Shanghai"})
        self.provider_id = house.post("/v1/providers", {
            "name": "安心家电维修", "kinds": ["repair"], "branches": [branch]})["provider_id"]
        self.technician_id = house.post("/v1/technicians", {
            "name": "李强", "phone": "13900139000", "branch": branch, "skills": ["BX-200"],
            "provider_id": self.provider_id})["technician_id"]
        self.agent = house.make_key("agent", branch=branch)
        self.dispatcher = house.make_key("dispatcher", branch=branch)
        self.inspector = house.make_key("inspector", branch=branch)
        self.provider = house.make_key("provider", provider_id=self.provider_id)
        self.subscriber = house.make_key("subscriber")

    def ticket(self, **more):
        return {
            "branch": self.branch, "kind": "repair", "channel": "phone",
            "customer": {"name": "王芳", "phone": "13800138000", "address": "杭州市西湖区文三路 1 号"},
            "product_model": "BX-200", "serial_number": "BX200-000451",
            "symptom": "not_heating", "description": "通电后不加热",
            "impact": "high", "urgency": "high", "service_mode": "onsite", **more}

    def register(self, **more):
        return self.house.post("/v1/tickets", self.ticket(**more), self.agent, status=201)

    def push(self, job_id, state, number, **more):
        """A provider's update, which must be applied."""
        answer = self.house.post("/v1/job-updates", {"updates": [{
            "update_id": f"{job_id}-{number}", "job_id": job_id, "state": state, **more}]},
            self.provider)
        assert [result["result"] for result in answer["results"]] == ["applied"], answer
        return answer["results"][0]

    def play(self, stream):
        """One repair from the first word to the archive; `stream` hears it.  Returns the ticket."""
        house = self.house
        ticket_id = self.register()["ticket_id"]
        planned = stream.wait_for(
            lambda e: e["type"] == "job.planned" and e["subject"] == ticket_id, what="job.planned")
        job_id = planned["data"]["job_id"]
        house.post(f"/v1/jobs/{job_id}/offer", {"provider_id": self.provider_id}, self.dispatcher)
        house.post(f"/v1/jobs/{job_id}/accept", {}, self.provider)
        self.push(job_id, "en_route", 1)
        self.push(job_id, "on_site", 2)
        self.push(job_id, "working", 3)
        self.push(job_id, "completed", 4, report=REPORT)
        house.post(f"/v1/jobs/{job_id}/verify", {"note": "复检合格"}, self.inspector)
        stream.wait_for(lambda e: e["type"] == "ticket.resolved" and e["subject"] == ticket_id,
                        what="ticket.resolved")
        house.post(f"/v1/tickets/{ticket_id}/confirm", {"signed_by": "王芳"}, self.agent)
        house.post(f"/v1/tickets/{ticket_id}/close", {"summary": "已修复, 客户满意"}, self.agent)
        stream.wait_for(lambda e: e["type"] == "ticket.closed" and e["subject"] == ticket_id)
        return ticket_id


def check_order(events):
    """Once each, each source without a gap, causes before effects."""
    seen, last = set(), {}
    for event in events:
        assert event["id"] not in seen, f"{event['id']} was told twice"
        seen.add(event["id"])
        source, number = event["id"].split("/")
        assert int(event["sequence"]) == int(number), event
        assert len(event["sequence"]) == 20, event
        assert int(number) == last.get(source, 0) + 1, f"{source}: {number} after {last.get(source)}"
        last[source] = int(number)
        if event.get("cause"):
            assert event["cause"] in seen, f"{event['id']} before its cause {event['cause']}"
