"""What the processes of a house cost: processor time by process and thread, and memory."""

import pathlib
import re

PROC = pathlib.Path("/proc")


def children(pid):
    found = []
    for task in (PROC / str(pid) / "task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def role(pid):
    """What a process of PostgreSQL does: a role's backend, or one of the server's own."""
    title = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    backend = re.match(r"postgres: \S+: (\w+) \w+ \[local\]", title)
    if backend:
        return f"postgres for {backend[1]}"
    return "postgres itself"


def processes(house):
    """Every process of the house by pid: what it is called in the tables."""
    names = {}
    for name, pid in house.pids().items():
        names[pid] = "postgres itself" if name == "postgres" else name.split(".")[0]
        if name == "postgres":
            for child in children(pid):
                try:
                    names[child] = role(child)
                except (FileNotFoundError, ProcessLookupError):
                    pass  # it left while we looked
    return names


def threads(pid):
    """Processor time of each thread in nanoseconds."""
    spent = {}
    for task in (PROC / str(pid) / "task").iterdir():
        try:
            spent[int(task.name)] = ((task / "comm").read_text().strip(),
                                     int((task / "schedstat").read_text().split()[0]))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return spent


class Meter:
    """Processor time between two looks, in seconds by (process, thread)."""

    def __init__(self, house):
        self._house = house
        self._before = self._look()

    def _look(self):
        spent = {}
        for pid, name in processes(self._house).items():
            try:
                for task, (thread, ns) in threads(pid).items():
                    thread = thread if not name.startswith("postgres") else ""
                    spent[task] = (name, thread, ns)
            except (FileNotFoundError, ProcessLookupError):
                pass
        return spent

    def spent(self):
        total = {}
        for task, (name, thread, ns) in self._look().items():
            began = self._before.get(task, (name, thread, 0))[2]
            total[name, thread] = total.get((name, thread), 0) + (ns - began) / 1e9
        return total


def memory(pid):
    """Resident, proportional and private memory in KiB."""
    sizes = {"Rss": 0, "Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split()[:2]
        if name.rstrip(":") in sizes:
            sizes[name.rstrip(":")] = int(size)
    return {"rss": sizes["Rss"], "pss": sizes["Pss"],
            "private": sizes["Private_Clean"] + sizes["Private_Dirty"]}
