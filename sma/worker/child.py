"""The worker beside the web server: a child process that never outlives its parent and is started again if it ends.

The parent holds the writing end of a pipe and never writes. When the parent goes, however suddenly, the child reads
the end of the pipe, finishes what it is doing for a moment, and goes as well.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

from celery.platforms import SecurityWarning

from sma.core import logs
from sma.core.settings import Settings

log = logs.get(__name__)

PIPE_VARIABLE = "SMA_PARENT_PIPE"
GRACE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0


def run_worker(settings: Settings) -> int:
    """Run Celery's worker with its timetable in this process until told to stop. Returns the exit code."""
    from sma.worker.celery_app import create_worker

    pipe = os.environ.get(PIPE_VARIABLE)
    if pipe is not None:
        threading.Thread(target=_end_with_parent, args=(int(pipe),), daemon=True).start()
    # The embedded broker has no host to name, and whoever runs this as root in a container knows that.
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app = create_worker(settings)
    arguments = ["--quiet", "worker", "--beat", "--concurrency=1", "--pool=prefork", "--loglevel=WARNING"]
    arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return int(app.worker_main(arguments) or 0)


def _end_with_parent(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


class WorkerChild:
    """Supervises the worker process of `sma serve`."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_inheritable(self._reading, True)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._supervise, name="worker-supervisor", daemon=True)

    def start(self) -> None:
        """Start the worker now, and again whenever it ends."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker, kindly first; comes back when it is gone."""
        self._stopping.set()
        self._end()
        if self._thread.is_alive():
            self._thread.join(GRACE_SECONDS)

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def _supervise(self) -> None:
        pause = 0.5
        while not self._stopping.is_set():
            began = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sma", "worker"],
                env={**os.environ, PIPE_VARIABLE: str(self._reading)},
                pass_fds=(self._reading,),
            )
            # Told to stop while this one was being started: `stop` could not see it yet.
            if self._stopping.is_set():
                self._end()
                return
            code = self._process.wait()
            if self._stopping.is_set():
                return
            pause = 0.5 if time.monotonic() - began > 60 else min(pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("worker.ended", code=code, seconds=pause)
            self._stopping.wait(pause)

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
