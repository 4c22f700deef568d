"""The Celery application, built from settings alone; the same in every mode.

No eta, no countdown, no result backend: the future lives in `outbox.due_at`, outcomes in rows of their own.
"""

import ctypes
import functools
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, worker_process_init, worker_ready

from sma import fees
from sma.core import clock, crypto, logs
from sma.core.db import Database
from sma.core.settings import Settings
from sma.worker.delivery import deliver_due
from sma.worker.tidying import tidy
from sma.worker.wake import look

SWEEP_SECONDS = 30.0
TIDY_SECONDS = 300.0


def create_worker(settings: Settings) -> Celery:
    """Build the Celery app with its tasks and timetable."""
    app = Celery("sma", set_as_current=False)
    app.conf.update(
        broker_url=broker_url(settings),
        broker_transport_options=transport_options(settings),
        # Read only where there is no broker; an address given decides for itself.
        broker_transport=None if settings.broker_url else "sma.worker.folder:Transport",
        task_default_queue=settings.queue_name,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        # Nobody steers workers over the broker: no further queues, nothing more to poll.
        worker_enable_remote_control=False,
        task_ignore_result=True,
        result_backend=None,
        task_soft_time_limit=90,
        task_time_limit=120,
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        beat_schedule={
            "sweep": {"task": "sma.deliver", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
            "tidy": {"task": "sma.tidy", "schedule": TIDY_SECONDS, "options": {"expires": TIDY_SECONDS}},
        },
        # Intervals of minutes need no memory on disk: nothing there to break, or to share between two servers.
        beat_scheduler="celery.beat:Scheduler",
        beat_max_loop_interval=5,
    )
    if settings.broker_url is not None and settings.broker_url.get_secret_value().startswith("amqp"):
        app.conf.update(task_default_queue_type="quorum", worker_detect_quorum_queues=True)
    _add_tasks(app, settings)
    return app


def broker_url(settings: Settings) -> str:
    """Where wake-ups go: the address given, else a folder beside the database."""
    return settings.broker_url.get_secret_value() if settings.broker_url else "filesystem://localhost"


def transport_options(settings: Settings) -> dict[str, Any]:
    """Options of the folder transport; it is not trusted, only fast (polling 20 times a second)."""
    if settings.broker_url is not None:
        return {}
    folder = settings.data_folder / "broker"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {"data_folder_in": str(folder), "data_folder_out": str(folder), "polling_interval": 0.05}


def _add_tasks(app: Celery, settings: Settings) -> None:
    database: list[Database] = []

    def ready() -> Database:
        # Opened after the fork: a connection must not be shared between processes.
        if not database:
            logs.set_up(settings.log_level)
            crypto.install(settings.keyring)
            clock.use_test_clock(settings.test_clock)
            fees.use_accepted(settings)
            database.append(Database(settings.resolved_database_url))
        return database[0]

    @app.task(name="sma.deliver", shared=False)  # type: ignore[untyped-decorator]
    def deliver() -> None:
        deliver_due(ready(), settings, again=functools.partial(look, app))

    @app.task(name="sma.tidy", shared=False)  # type: ignore[untyped-decorator]
    def tidy_up() -> None:
        tidy(ready(), now=clock.now())


def _die_with_parent(**_: object) -> None:
    """Ask the kernel to end this process when its parent is gone, `kill -9` included (Linux prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _look_at_once(sender: Any, **_: object) -> None:
    """A worker that starts, or finds its broker again, does not wait for the timetable."""
    look(sender.app)


worker_ready.connect(_look_at_once, weak=False)
worker_process_init.connect(_die_with_parent, weak=False)
beat_embedded_init.connect(_die_with_parent, weak=False)
