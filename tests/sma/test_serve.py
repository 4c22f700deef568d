"""`sma serve` as a process: any free port, and two of them on one new folder."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(240)]

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `sma` with some words, in a clinic's folder of its own; ended with the test."""
    running: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SMA_")}

    def begin(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sma", *words],
            env=environment | {"SMA_DATA_FOLDER": str(tmp_path / "data")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.terminate()
    for process in running:
        process.communicate(timeout=30)


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"Serving on (http://127\.0\.0\.1:\d+)", line):
            return found[1]
    raise AssertionError(process.communicate()[1])


def readiness(address: str) -> dict[str, bool]:
    with urllib.request.urlopen(f"{address}/health/ready", timeout=30) as answer:
        found: dict[str, bool] = json.load(answer)
        return found


def test_two_servers_that_start_at_once_on_a_new_folder_both_serve(start: Start) -> None:
    servers = [start("serve", "--port", "0", "--no-worker") for _ in range(2)]

    addresses = [address_of(server) for server in servers]

    assert len(set(addresses)) == 2
    assert not any(address.endswith(":0") for address in addresses)
    for address in addresses:
        assert all(readiness(address).values())


def test_many_upgrades_at_once_make_one_database(start: Start) -> None:
    upgrades = [start("db", "upgrade") for _ in range(4)]

    told = [upgrade.communicate(timeout=120) for upgrade in upgrades]

    assert [upgrade.returncode for upgrade in upgrades] == [0] * 4, told


def test_the_demonstration_is_not_emptied_under_a_server_that_is_at_work(start: Start) -> None:
    server = start("serve", "--port", "0", "--no-worker")
    address = address_of(server)

    refused = start("demo", "reset", "--yes")
    _, said = refused.communicate(timeout=120)

    assert refused.returncode == 1
    assert "Stop it first, then reset." in said
    assert all(readiness(address).values())

    server.kill()
    server.wait(timeout=30)
    assert start("demo", "reset", "--yes").wait(timeout=200) == 0
