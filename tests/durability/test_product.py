"""The served product under `kill -9`: the worker, the whole server, a second start, two servers on one folder."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from kombu import Connection

from tests.durability.product import Clinic, Served, alive, answers, clinic, cpu_seconds, until
from tests.engines import find_server, postgresql_database
from tests.mailserver import PostOffice, post_office

pytestmark = [pytest.mark.slow, pytest.mark.concurrency, pytest.mark.xdist_group("durability")]

BROKERS = {
    "folder": None,
    "rabbitmq": os.environ.get("SMA_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": os.environ.get("SMA_TEST_REDIS_URL", "redis://127.0.0.1:6379/5"),
}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture
def place(tmp_path: Path, office: PostOffice) -> Iterator[Clinic]:
    """A clinic without any broker but its own folder."""
    with clinic(tmp_path / "data", office) as opened:
        yield opened


@pytest.fixture(params=BROKERS)
def place_with_broker(request: pytest.FixtureRequest, tmp_path: Path, office: PostOffice) -> Iterator[Clinic]:
    """A clinic with each broker that listens; with RabbitMQ on PostgreSQL, as several machines would share it."""
    url, queue = BROKERS[request.param], f"sma-test-{uuid4().hex[:8]}"
    if url is None:
        with clinic(tmp_path / "data", office) as opened:
            yield opened
        return
    _skip_unless_it_listens(request.param, url)
    with ExitStack() as around:
        database_url = None
        if request.param == "rabbitmq" and (server := find_server()):
            database_url = around.enter_context(postgresql_database(server))
        options = {"broker_url": url, "queue_name": queue, "database_url": database_url}
        yield around.enter_context(clinic(tmp_path / "data", office, **options))
    with Connection(url) as connection:
        connection.default_channel.queue_delete(queue)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Served]]:
    """A served clinic for what kills nothing. Its folder held what a killed worker may leave: halves of files."""
    folder = tmp_path_factory.mktemp("quiet") / "data"
    with post_office() as office, clinic(folder, office) as opened:
        broker = folder / "broker"
        broker.mkdir()
        (broker / "00000000000000000000_a.sma.msg").write_text('{"body": "W1td')
        (broker / "00000000000000000001_b.sma.msg").write_bytes(b"")
        (folder / "beat").write_bytes(b"half a timetable")
        opened.book(1)
        yield opened, opened.serve()


def _skip_unless_it_listens(name: str, url: str) -> None:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=2).close()
    except OSError:
        package = {"rabbitmq": "rabbitmq-server", "redis": "redis-server"}[name]
        pytest.skip(f"needs {name}: set SMA_TEST_{name.upper()}_URL, or apt-get install {package}")


def test_every_message_arrives_whatever_is_killed(place_with_broker: Clinic, office: PostOffice) -> None:
    place = place_with_broker
    served = place.serve()
    # Killed in the middle of a mail run: the worker comes back by itself.
    place.book(15)
    until(lambda: len(office.got) >= 3, 20)
    worker = served.worker
    os.kill(worker, signal.SIGKILL)
    pool = served.family()
    place.book(5)
    until(lambda: served.has_worker() and served.worker != worker, 40)
    assert not pool & served.family(), "the dead worker's pool lives on"
    place.after_the_lease()
    until(lambda: place.owed() == 0, 40)
    assert place.sent() == 20

    # The server itself: everything it started goes with it, and nothing is lost.
    place.book(10)
    family = served.family()
    served.kill()
    until(lambda: not any(alive(pid) for pid in family), 15)
    place.after_the_lease()
    again = place.serve(port=served.port)
    until(lambda: place.owed() == 0, 40)
    assert place.sent() == 30

    received = Counter((mail.recipient, mail.content) for mail in office.got)
    assert len(received) == len({recipient for recipient, _ in received}) == 30
    # At each of the two deaths one message may have been between the server's yes and our note of it.
    assert sum(received.values()) <= 32
    assert again.stop() < 10


def test_no_log_and_no_broker_file_holds_a_person(place: Clinic, office: PostOffice) -> None:
    token = "Zyxandrine"
    served = place.serve()
    office.at_recipient += ["550 5.1.1 no such user Zyxandrine", "450 4.2.1 Zyxandrine is busy"]
    office.at_data += ["drop"]
    place.book(4, preferred_name=token, family_name=token, phone=token)
    until(lambda: len(office.got) >= 2, 20)
    os.kill(served.worker, signal.SIGKILL)
    until(lambda: len(served.family()) == 0, 10)
    place.book(2, preferred_name=token, family_name=token, phone=token)
    files = [path for path in place.folder.rglob("*") if path.is_file() and not path.name.startswith("sma.db")]
    assert any(path.suffix == ".msg" for path in files)
    served.kill()
    for path in files:
        if path.exists():
            content = path.read_bytes()
            assert token.encode() not in content, path
            assert b"@patients.example" not in content, path


def test_two_servers_on_one_folder_send_each_message_once(place: Clinic, office: PostOffice) -> None:
    first, second = place.serve(), place.serve()
    place.book(40)
    until(lambda: place.owed() == 0, 40)
    assert len(office.got) == len({mail.recipient for mail in office.got}) == 40
    first.stop()
    place.book(5)
    until(lambda: place.owed() == 0, 20)
    assert len(office.got) == 45
    assert second.process.poll() is None


def test_what_a_killed_worker_left_in_its_folders_does_not_stop_the_next(quiet: tuple[Clinic, Served]) -> None:
    place, _ = quiet
    until(lambda: place.owed() == 0, 20)
    assert place.sent() >= 1


def test_a_second_start_on_the_same_port_is_refused_and_disturbs_nothing(quiet: tuple[Clinic, Served]) -> None:
    place, served = quiet
    until(lambda: place.owed() == 0, 20)
    before = place.sent()
    family = served.family()
    second = subprocess.run(
        [sys.executable, "-m", "sma", "serve", "--port", str(served.port)],
        cwd=place.folder,
        env=place.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"Port {served.port} on 127.0.0.1 is in use" in second.stderr
    assert "Traceback" not in second.stderr
    assert answers(served.port)
    assert served.family() == family
    place.book(1)
    until(lambda: place.sent() == before + 1, 10)


def test_a_mail_leaves_as_soon_as_it_is_owed_and_an_idle_worker_rests(quiet: tuple[Clinic, Served]) -> None:
    place, served = quiet
    until(lambda: place.owed() == 0, 20)
    waited = []
    for _ in range(5):
        expected = len(place.office.got) + 1
        place.book(1)
        waited.append(until(lambda expected=expected: len(place.office.got) == expected, 10))
    # Far below the half minute that a lost wake-up costs.
    assert sorted(waited)[2] < 2
    family = served.family()
    before = cpu_seconds(family)
    time.sleep(5)
    assert cpu_seconds(family) - before < 0.5
