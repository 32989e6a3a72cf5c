"""Load on a house and, for comparison, on PostgreSQL alone."""

import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
MS = {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}


class Rate:
    """What one slice came to: per second, and milliseconds for half and for all but 1 of 100."""

    def __init__(self, rate, p50, p99, count, refused=0):
        self.rate, self.p50, self.p99, self.count, self.refused = rate, p50, p99, count, refused


def wrk(url, script, connections, seconds, *arguments):
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency",
         "-s", HERE / script, url, "--", *map(str, arguments)],
        capture_output=True, text=True, check=True, timeout=seconds + 30)
    said = done.stdout

    def milliseconds(share):
        number, unit = re.search(rf"^ +{share}%\s+([\d.]+)(us|ms|s|m)$", said, re.M).groups()
        return float(number) * MS[unit]

    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Rate(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), milliseconds(50),
                milliseconds(99), int(re.search(r"(\d+) requests in", said)[1]),
                int(refused[1]) if refused else 0)


class Postgres:
    """The house's own server: a database that the house knows nothing of, and a schema in its own."""

    def __init__(self, house):
        self._host = house.database_host
        self.tickets = 0
        self._psql("postgres", "-c", "create database bench")
        self._psql("bench", "-f", HERE / "tables.sql")
        self._psql("afterline", "-f", HERE / "own_tables.sql")

    def _psql(self, database, *arguments):
        done = subprocess.run([BIN / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self._host,
                               "-U", "postgres", "-d", database, *arguments],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def fill(self, tickets):
        self._psql("bench", "-c", "insert into ticket select nextval('ticket_number'), 'registered',"
                   " 'hangzhou-xihu', 'consult', '王芳', '+8613800138000', '通电后不加热'"
                   f" from generate_series(1, {tickets - self.tickets})", "-c", "analyze ticket")
        self.tickets = tickets

    def rate(self, script, clients, seconds, database="bench"):
        done = subprocess.run(
            [BIN / "pgbench", "-M", "prepared", "-n", "-f", HERE / script, "-c", str(clients),
             "-j", "1", "-T", str(seconds), "-D", f"tickets={max(self.tickets, 1)}",
             "-h", self._host, "-U", "postgres", database],
            capture_output=True, text=True, check=True, timeout=seconds + 30)
        return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
