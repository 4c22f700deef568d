"""Celery's part: only ever "look", whole files, and the settings that make a killed worker harmless."""

import json
import os
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu import Connection
from pydantic import SecretStr

from sma.core.settings import Settings
from sma.worker import Waker, create_worker
from sma.worker.wake import PAUSE_SECONDS, look


@pytest.fixture
def app(settings: Settings) -> Celery:
    return create_worker(settings)


def folder(settings: Settings) -> Path:
    return settings.data_folder / "broker"


@pytest.fixture
def channel(app: Celery) -> Iterator[Connection]:
    with app.connection_for_read() as connection:
        yield connection


def test_a_killed_worker_costs_nothing_because_of_these_settings(settings: Settings, app: Celery) -> None:
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert (conf.task_soft_time_limit, conf.task_time_limit) == (90, 120)
    assert (conf.task_serializer, list(conf.accept_content)) == ("json", ["json"])
    assert conf.broker_connection_retry_on_startup
    assert not conf.task_always_eager
    assert conf.timezone == "UTC"
    assert {entry["task"] for entry in conf.beat_schedule.values()} == {"sma.deliver", "sma.tidy"}
    assert set(app.tasks) >= {"sma.deliver", "sma.tidy"}


def test_a_worker_never_runs_into_its_lease(app: Celery) -> None:
    from sma.core.outbox import LEASE
    from sma.messages.transports import TIMEOUT_SECONDS
    from sma.worker.delivery import ROUND_SECONDS

    assert app.conf.task_time_limit < LEASE.total_seconds()
    assert app.conf.task_soft_time_limit > ROUND_SECONDS + TIMEOUT_SECONDS


def test_a_broker_by_address_is_used_with_the_clinics_own_queue(settings: Settings) -> None:
    there = settings.model_copy(
        update={"broker_url": SecretStr("amqp://guest:guest@127.0.0.1:5672//"), "queue_name": "clinic-7"}
    )
    conf = create_worker(there).conf
    assert conf.broker_transport is None
    assert conf.task_default_queue == "clinic-7"
    assert conf.task_default_queue_type == "quorum"
    assert not folder(there).exists()


def test_a_second_worker_in_one_process_has_tasks_of_its_own(settings: Settings, app: Celery) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other = create_worker(settings)
        other.finalize()

    assert other.tasks["sma.deliver"].app is other
    assert app.tasks["sma.deliver"].run is not other.tasks["sma.deliver"].run


def test_a_wake_up_says_look_and_nothing_else(settings: Settings, app: Celery) -> None:
    look(app)
    (file,) = folder(settings).iterdir()
    message = json.loads(file.read_text())
    assert message["headers"]["task"] == "sma.deliver"
    assert message["headers"]["argsrepr"] == "()"
    assert message["headers"]["kwargsrepr"] == "{}"
    assert file.name.endswith(".sma.msg")


def test_many_bookings_at_once_ask_once(settings: Settings, app: Celery) -> None:
    waker = Waker(app)
    for _ in range(500):
        waker()
    time.sleep(3 * PAUSE_SECONDS)
    assert 1 <= len(list(folder(settings).iterdir())) <= 3


def test_a_broker_that_is_gone_holds_up_nobody(settings: Settings) -> None:
    waker = Waker(create_worker(settings.model_copy(update={"broker_url": SecretStr("redis://127.0.0.1:1/0")})))
    began = time.monotonic()
    for _ in range(50):
        waker()
    assert time.monotonic() - began < 0.1


def test_half_a_message_and_a_stranger_are_passed_over(settings: Settings, app: Celery) -> None:
    look(app)
    (whole,) = folder(settings).iterdir()
    (folder(settings) / "00000000000000000000_a.sma.msg").write_text('{"body": "W1td')
    (folder(settings) / "00000000000000000001_b.sma.msg").write_bytes(b"")
    (folder(settings) / "readme.txt").write_text("put here by somebody")
    abandoned = folder(settings) / "00000000000000000002_c.partial"
    abandoned.write_text("{")
    os.utime(abandoned, (1, 1))
    being_written = folder(settings) / "00000000000000000003_d.partial"
    being_written.write_text("{")

    with app.connection_for_read() as connection, connection.SimpleQueue(app.amqp.queues["sma"]) as queue:
        message = queue.get(timeout=2)
        assert message.headers["task"] == "sma.deliver"
        message.ack()
    assert not whole.exists()
    assert sorted(file.name for file in folder(settings).iterdir()) == [being_written.name, "readme.txt"]


def test_two_workers_never_take_the_same_wake_up(settings: Settings, app: Celery) -> None:
    for _ in range(60):
        look(app)
    got: list[str] = []

    def drain() -> None:
        other = create_worker(settings)
        with other.connection_for_read() as connection, connection.SimpleQueue(other.amqp.queues["sma"]) as queue:
            while True:
                try:
                    message = queue.get(timeout=0.3)
                except queue.Empty:
                    return
                got.append(message.headers["id"])
                message.ack()

    threads = [threading.Thread(target=drain) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 60
    assert list(folder(settings).iterdir()) == []
