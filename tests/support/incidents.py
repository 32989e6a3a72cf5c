"""What an audit trail of incidents says, computed without the house: a second opinion.

It shares nothing with the importer or its map; it only knows the file's own columns and what the
words of the file mean here.
"""

import csv
import datetime
import io
import re

STATES = {
    "New": "registered", "Active": "in_progress", "Awaiting User Info": "waiting",
    "Awaiting Vendor": "waiting", "Awaiting Problem": "waiting", "Awaiting Evidence": "waiting",
    "Resolved": "resolved", "Closed": "closed",
}
PRIORITIES = {"1 - Critical": "critical", "2 - High": "high", "3 - Moderate": "medium",
              "4 - Low": "low"}


def rows_of(path):
    """(line where it begins, row) for every row; a row that can't be read is None."""
    text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    reader = csv.reader(io.StringIO(text, newline=""))
    names = next(reader)
    line = reader.line_num + 1
    for values in reader:
        begun, line = line, reader.line_num + 1
        if not values:
            continue
        whole = len(values) == len(names)
        text = not any("\udc80" <= letter <= "\udcff" for value in values for letter in value)
        yield begun, dict(zip(names, values)) if whole and text else None


def instant(text):
    return datetime.datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=datetime.timezone.utc)


def branch_of(row):
    place = "location unknown" if row["location"] == "?" else row["location"].lower()
    return re.sub("[^a-z0-9]+", "-", place) if row["location"] != "?" else "location-unknown"


class Incident:
    """What became of one, by its rows."""

    def __init__(self, rows):
        first, last = rows[0], rows[-1]
        self.branch = branch_of(first)
        self.state = STATES[last["incident_state"]]
        self.priority = PRIORITIES[last["priority"]]
        self.reopen_count = max(int(row["reopen_count"]) for row in rows)
        self.received_at = instant(first["opened_at"])
        self.resolved_at = None
        over = False
        for row in rows:
            is_over = row["incident_state"] in ("Resolved", "Closed")
            if is_over and not over:
                self.resolved_at = instant(row["sys_updated_at"])
            over = is_over
        if not over:
            self.resolved_at = None

    @property
    def resolution_seconds(self):
        return (self.resolved_at - self.received_at).total_seconds() if self.resolved_at else None


def incidents_in(path, refused=()):
    """Incident by number, from the rows that are not refused."""
    rows = {}
    for line, row in rows_of(path):
        if row and line not in refused:
            rows.setdefault(row["number"], []).append(row)
    return {number: Incident(own) for number, own in rows.items()}


def percentile(values, share):
    """Between the two nearest, in proportion: PostgreSQL's percentile_cont."""
    values = sorted(values)
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)
