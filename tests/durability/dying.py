"""A worker's round that is killed at a chosen step, for real: the process sends itself SIGKILL.

A step is every moment between two things that last: before a writing statement, before and after a commit, before and
after a message leaves, and around each file of a Maildir. The round itself is the one of the product.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from billing import load_rulebook
from sma import messages
from sma.claims.actions import exports
from sma.core import crypto
from sma.core.db import Database, WriteSession
from sma.core.settings import Settings
from sma.messages import Parcel, Transport
from sma.worker import deliver_due

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.durability.dying"])
# Once for all the processes that are forked from here.
load_rulebook()
# So small that a short file is written in several pieces.
CHUNK_BYTES = 3000


@dataclass
class Steps:
    """Counts the steps, keeps their names in a file, and dies at one of them."""

    kept_in: Path
    die_at: int
    count: int = 0

    def __call__(self, name: str) -> None:
        self.count += 1
        with self.kept_in.open("a") as file:
            file.write(f"{name}\n")
        if self.count == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def run_until(settings: Settings, now: datetime, die_at: int, names: Path) -> tuple[int, list[str]]:
    """Run one round in a process of its own that dies at a step. Returns its exit code and the steps it took."""
    names.unlink(missing_ok=True)
    process = _processes.Process(target=_live, args=(settings, now, die_at, names))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode, names.read_text().splitlines() if names.exists() else []


def _live(settings: Settings, now: datetime, die_at: int, names: Path) -> None:
    step = Steps(names, die_at)
    crypto.install(settings.keyring)
    database = Database(settings.resolved_database_url)
    event.listen(database.engine, "before_cursor_execute", partial(_before_statement, step))
    event.listen(database.engine, "commit", lambda _connection: step("before commit"))
    event.listen(WriteSession, "after_commit", lambda _session: step("after commit"))
    sys.addaudithook(partial(_around_files, step, str(settings.data_folder / "mail")))
    exports.CHUNK_BYTES = CHUNK_BYTES
    real = messages.transport_for
    messages.transport_for = lambda chosen: _watched(step, real(chosen))  # type: ignore[assignment]
    deliver_due(database, settings, now=lambda: now)


def _before_statement(step: Callable[[str], None], _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    words = statement.split(maxsplit=3)
    if words[0] in ("INSERT", "UPDATE", "DELETE"):
        step(f"before {words[0]} {words[2] if words[0] != 'UPDATE' else words[1]}")


def _watched(step: Callable[[str], None], transport: Transport) -> Transport:
    def send(parcel: Parcel) -> None:
        step("before sending")
        transport(parcel)
        step("after sending")

    return send


def _around_files(step: Callable[[str], None], folder: str, what: str, arguments: tuple[Any, ...]) -> None:
    if what in ("open", "os.rename") and str(arguments[0]).startswith(folder):
        step(f"before {what} in the Maildir")
