"""What a server is set up with: units, proxy, settings, roles, backup."""

import os
import shutil
import subprocess
import tempfile
import threading

import pytest

from house import CHECKOUT, POSTGRES, SERVICES, eventually
from scene import Scene

DEPLOY = CHECKOUT / "deploy"


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)


def test_who_may_not_install_is_told_the_command():
    as_somebody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []

    done = run(*as_somebody, "sh", "-c", (DEPLOY / "install").read_text(), "install", "-",
               input="# a list\nsh-of-another-world\ndash\n")

    assert done.returncode == 1
    assert "sudo apt-get install -y --no-install-recommends sh-of-another-world\n" in done.stderr


def test_nothing_is_installed_where_nothing_is_missing(tmp_path):
    packages = tmp_path / "packages"
    packages.write_text("dash\nlibc6  # of every machine\n")

    done = run(DEPLOY / "install", packages)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_unit_gives_away_little():
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=15",
               DEPLOY / "systemd" / "afterline@.service")

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_proxy_reads_its_settings(tmp_path):
    certificate = tmp_path / "afterline.pem"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
        "-keyout", tmp_path / "key", "-out", tmp_path / "certificate", check=True)
    certificate.write_text((tmp_path / "certificate").read_text() + (tmp_path / "key").read_text())
    settings = tmp_path / "haproxy.cfg"
    settings.write_text((DEPLOY / "haproxy" / "haproxy.cfg").read_text().replace(
        "/etc/haproxy/afterline.pem", str(certificate)))

    done = run("haproxy", "-c", "-f", settings)

    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_a_template_is_understood_and_what_is_printed_too(house, tmp_path, service):
    template = DEPLOY / "settings" / f"{service}.conf"
    first = run(house.binary(service), "--settings", template, "--check", check=True).stdout
    printed = tmp_path / "printed.conf"
    printed.write_text(first)

    assert f"name = {service}.0" in first
    assert run(house.binary(service), "--settings", printed, "--check", check=True).stdout == first


@pytest.mark.parametrize("line, said", [
    ("no_such_setting = 1", "no_such_setting"),
    ("batch_limit = 513", "512"),
    ("batch_limit = 0", "1"),
    ("batch_limit = 5\nbatch_limit = 5", "batch_limit"),
])
def test_a_wrong_setting_stops_the_start(house, tmp_path, line, said):
    settings = tmp_path / "intake.conf"
    settings.write_text(line + "\n")
    done = run(house.binary("intake"), "--settings", settings, "--check")

    assert done.returncode != 0
    assert said in done.stderr


def test_roles_may_be_made_again(house):
    done = run(POSTGRES / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", house.database_host,
               "-U", "postgres", "-d", "postgres", "-f", DEPLOY / "postgres" / "roles.sql")

    assert done.returncode == 0, done.stderr


def test_no_row_is_quoted_in_the_log_of_postgresql(house):
    refused = house.sql("""insert into intake.parked (source, id, type, subject, reason, tries,
                                                      first_at, record, settled)
                           values ('dispatch', 1, 't', '+8613955501234', 'r', 1, now(), '', 'no')""",
                        check=False)
    assert "Failing row contains" in refused.stderr

    log = (house.state / "log" / "postgres.log").read_text()
    assert 'violates check constraint "parked_settled_check"' in log
    assert "13955501234" not in log


def restored(house, statement):
    return run(POSTGRES / "psql", "-XAt", "-h", house.database_host, "-U", "postgres", "-d",
               "restored", "-c", statement, check=True).stdout.strip()


def back_up(house, folder):
    environment = {**os.environ, "PATH": f"{POSTGRES}:{os.environ['PATH']}"}
    conninfo = f"host={house.database_host} dbname=afterline user=postgres"
    done = run(DEPLOY / "postgres" / "backup.sh", folder, conninfo, env=environment, check=True)
    return done.stdout.split()


def restore(house, dumps):
    house.sql("create database restored")
    for dump in dumps:
        run(POSTGRES / "pg_restore", "--exit-on-error", "-h", house.database_host, "-U", "postgres",
            "-d", "restored", dump, check=True)


def test_a_backup_is_restored_whole(house, scene, tmp_path):
    scene.register()
    dumps = back_up(house, tmp_path)
    assert [dump.rsplit("-", 1)[1] for dump in dumps] == [
        f"{schema}.dump" for schema in
        ("reporting", "complaints", "returns", "dispatch", "intake", "gateway")]

    try:
        restore(house, dumps)
        for schema in SERVICES:
            # The house goes on, so what was restored is what stood in its history up to then.
            history = f"""select count(*), max(id), md5(string_agg(encode(hash, 'hex'), '' order by id))
                            from {schema}.event where id <= """
            last = restored(house, f"select coalesce(max(id), 0) from {schema}.event")
            assert restored(house, history + last) == house.sql(history + last)
        assert int(restored(house, "select count(*) from intake.ticket")) > 0
    finally:
        house.sql("drop database restored")


def a_backup_under_load(house, scene, folder):
    """While four customers register, so that the services' histories are far from standing still."""
    ended = threading.Event()

    def register():
        while not ended.is_set():
            scene.register()

    customers = [threading.Thread(target=register) for _ in range(4)]
    for customer in customers:
        customer.start()
    try:
        eventually(lambda: int(house.sql("select count(*) from dispatch.job")) > 100, what="load")
        return back_up(house, folder)
    finally:
        ended.set()
        for customer in customers:
            customer.join()


def take_the_place_of_the_old(house):
    """The restored database, while no daemon runs."""
    with tempfile.TemporaryDirectory(prefix="afterline-pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        os.symlink(os.path.realpath(house.state / "postgres"), f"{folder}/data")
        run(CHECKOUT / "tests" / "support" / "postgres", "start", folder, check=True)
        try:
            run(POSTGRES / "psql", "-X", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres",
                "-d", "postgres", "-c", "alter database afterline rename to afterline_before",
                "-c", "alter database restored rename to afterline", check=True)
        finally:
            run(CHECKOUT / "tests" / "support" / "postgres", "stop", folder, check=True)


def jobs_agree(house):
    planned = house.sql("select string_agg(job_id::text, ' ' order by job_id) from dispatch.job")
    linked = house.sql("""select string_agg(job::text, ' ' order by job)
                            from intake.ticket, unnest(jobs) job""")
    tickets = int(house.sql("select count(*) from intake.ticket"))
    return planned == linked and len(planned.split()) == tickets and tickets


def test_a_house_goes_on_from_a_backup_under_load(lone_house, tmp_path):
    house, scene = lone_house, Scene(lone_house)
    restore(house, a_backup_under_load(house, scene, tmp_path))
    house.stop()
    take_the_place_of_the_old(house)
    house.start()

    restored = eventually(lambda: jobs_agree(house), what="agreement on jobs")
    scene.register()
    eventually(lambda: jobs_agree(house) == restored + 1, what="agreement on one more")
    assert not [name for name in SERVICES if "ahead_of_its_source" in house.log(f"{name}.0")]


def test_a_listener_restored_later_than_its_source_says_so(lone_house):
    house = lone_house
    house.sql("update dispatch.position set at = at + 1000 where source = 'intake'")
    house.wait_until_back("dispatch.0", house.kill("dispatch.0"))

    eventually(lambda: 'afterline_ahead{instance="dispatch.0"} 1\n' in house.request(
        "GET", "/metrics", key=None).body.decode(), what="the gauge")
    assert house.log("dispatch.0").count("said=ahead_of_its_source") == 1
