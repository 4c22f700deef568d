"""Background work: the Celery app, its tasks and timetable, and who handles which effect.

The outbox is the queue of record. Celery only says "look": messages carry nothing, so losing one costs at most one
sweep, and no broker file, log or monitor ever holds a person. Composition root for background work.
"""

from sma.worker.celery_app import create_worker as create_worker
from sma.worker.delivery import deliver_due as deliver_due
from sma.worker.wake import Waker as Waker

__all__ = ["Waker", "create_worker", "deliver_due"]
