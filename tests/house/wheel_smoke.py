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
    server = subprocess.Popen([command, "serve", "--port", str(port)], cwd=home, env=environment)
    try:
        page = _wait_for(f"http://127.0.0.1:{port}/sign-in")
        assert "Sign in" in page
        assert "true" in _wait_for(f"http://127.0.0.1:{port}/health/ready")
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
