"""A client who asks until he knows."""

import http.client
import itertools
import threading

from house import eventually


class Registering(threading.Thread):
    """Registers one ticket after the other, each asked under its key until somebody answers."""

    def __init__(self, house, scene, name, most=None):
        super().__init__(daemon=True)
        self.house, self.scene, self.name, self.most = house, scene, name, most
        self.leaving = threading.Event()
        self.made = {}       # ticket by key
        self.heard = set()   # every status
        self.trouble = None

    def run(self):
        try:
            self.register_all()
        except Exception as trouble:  # told by finish()
            self.trouble = trouble

    def register_all(self):
        for number in itertools.count() if self.most is None else range(self.most):
            if self.leaving.is_set():
                return
            key = f"{self.name}-{number}"
            self.made[key] = eventually(lambda: self.ask(key), 120, key)

    def ask(self, key):
        try:
            answer = self.house.request("POST", "/v1/tickets", self.scene.ticket(kind="consult"),
                                        self.scene.agent, {"Idempotency-Key": key})
        except (OSError, http.client.HTTPException):
            return None
        self.heard.add(answer.status)
        return answer.json["ticket_id"] if answer.status == 201 else None

    def finish(self):
        """Waits until what was asked is known; every ticket it was given."""
        self.leaving.set()
        self.join(120)
        if self.trouble:
            raise self.trouble
        assert not self.is_alive()
        return list(self.made.values())
