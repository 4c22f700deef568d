"""Starts the product, or the bare route beside it, in a process of its own on a free loopback port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(module: str, folder: Path, database_url: str) -> Iterator[int]:
    """Run `module:app` under uvicorn in one process; yields the port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"{module}:make", "--factory", "--port", str(port)]
    command += ["--log-level", "error", "--no-access-log"]
    environment = {**os.environ, "SMA_DATA_FOLDER": str(folder), "SMA_DATABASE_URL": database_url}
    server = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")
