"""What race tests share: both engines with real commits, served processes, many hands at once."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

from tests.conftest import NOW

_SERVE = """
import sys, uvicorn
from sma.app import create_app
from sma.core.settings import Settings
uvicorn.run(create_app(Settings(_env_file=None)), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do everything at the same moment, one thread each; exceptions come back as results."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(run, acts))


@contextmanager
def served(url: str, folder: Path, processes: int = 1) -> Iterator[list[int]]:
    """Serve the application from real processes on the suite's Monday morning; yields their ports."""
    face = folder / "clock"
    face.write_text(NOW.isoformat())
    environment = os.environ | {
        "SMA_DATABASE_URL": url,
        "SMA_DATA_FOLDER": str(folder / "data"),
        "SMA_TEST_CLOCK": str(face),
        "SMA_LOG_LEVEL": "ERROR",
    }
    ports = [_free_port() for _ in range(processes)]
    running = [
        subprocess.Popen([sys.executable, "-c", _SERVE, str(port)], env=environment, stdout=subprocess.DEVNULL)
        for port in ports
    ]
    try:
        for port in ports:
            _wait_for(port)
        yield ports
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def post(port: int, path: str, token: str, form: dict[str, str]) -> tuple[int, str]:
    """Press a button as a signed-in browser would; returns the status and where it leads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sma_session={token}",
        "Sec-Fetch-Site": "same-origin",
    }
    try:
        connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("location") or ""
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
