"""Installs the built wheel in a clean environment and starts it: `python -m tests.house.wheel_smoke dist`."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path


def main(dist: Path) -> None:
    """Fail loudly when the wheel lacks templates, static files, items or the command."""
    wheel = next(dist.glob("*.whl")).resolve()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "env", with_pip=True)
        python = home / "env/bin/python"
        lock = Path("requirements.lock").resolve()
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
        subprocess.run([*pip, "--no-deps", wheel], check=True)
        _serve(home)
    print("The wheel installs, starts and shows its pages.")


def _serve(home: Path) -> None:
    port = _free_port()
    environment = {**os.environ, "SMA_DATA_FOLDER": str(home / "data")}
    command = home / "env/bin/sma"
    subprocess.run([command, "db", "upgrade"], check=True, cwd=home, env=environment)
    subprocess.run([command, "demo", "load"], check=True, cwd=home, env=environment)
    serve = [command, "serve", "--port", str(port)]
    server = subprocess.Popen(serve, cwd=home, env=environment, start_new_session=True)
    try:
        page = _wait_for(f"http://127.0.0.1:{port}/sign-in")
        assert "Sign in" in page
        assert "true" in _wait_for(f"http://127.0.0.1:{port}/health/ready")
    finally:
        server.terminate()
        server.wait(20)
        _wait_until_gone(server.pid)


def _wait_for(url: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")


def _wait_until_gone(group: int) -> None:
    """Let the worker end as well, before its program is taken away."""
    for _ in range(100):
        if not any(_is_of(group, process) for process in Path("/proc").glob("[0-9]*/stat")):
            return
        time.sleep(0.2)
    raise SystemExit("the worker outlived its server")


def _is_of(group: int, process: Path) -> bool:
    """Whether a process of that group runs; one that has ended and waits to be collected does not."""
    try:
        state, _parent, its_group = process.read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(its_group) == group and state != "Z"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
