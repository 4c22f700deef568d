"""Tells the worker to look, without ever making a person wait for the broker.

One background thread sends at most one wake-up every tenth of a second however many commits ask for it: a folder of
thousands of identical wake-ups would be slower to read than the work itself. A failure is logged and swallowed; the
worker's own sweep comes within thirty seconds.
"""

import threading
import time

from celery import Celery

from sma.core import logs

log = logs.get(__name__)

PAUSE_SECONDS = 0.1
EXPIRES_SECONDS = 60


def look(app: Celery) -> None:
    """Ask for one look at the outbox. A broker that does not answer costs one sweep."""
    try:
        app.send_task("sma.deliver", retry=False, expires=EXPIRES_SECONDS, ignore_result=True)
    except Exception as error:
        log.warning("wake-up.lost", error=type(error).__name__)


class Waker:
    """Called after each commit that owes an effect."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def __call__(self) -> None:
        self._asked.set()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            self._asked.clear()
            look(self._app)
            time.sleep(PAUSE_SECONDS)
