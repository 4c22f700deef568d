"""The worker beside the web server goes when it is told to, at whatever moment that is."""

import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from sma.worker.child import WorkerChild

Popen = subprocess.Popen
SLEEP = [sys.executable, "-c", "import time; time.sleep(120)"]


def test_a_worker_that_is_being_started_when_the_server_stops_does_not_stay_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child, started = WorkerChild(), []
    stopping = threading.Thread(target=child.stop)

    def start(*_words: object, **_options: Any) -> "subprocess.Popen[bytes]":
        stopping.start()
        time.sleep(0.3)  # the server's stop has looked by now, and seen no worker
        started.append(Popen(SLEEP))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", start)
    child.start()
    time.sleep(1)

    assert started[0].wait(10) != 0
    stopping.join(10)
    assert not stopping.is_alive()
    assert child.pid is None


def test_a_running_worker_is_ended_and_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    child, started = WorkerChild(), []

    def start(*_words: object, **_options: Any) -> "subprocess.Popen[bytes]":
        started.append(Popen(SLEEP))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    child.start()
    while child.pid is None:
        time.sleep(0.05)
    child.stop()

    assert child.pid is None
    assert len(started) == 1
