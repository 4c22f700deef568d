"""Wake-ups as files in the data folder: Celery's broker where a clinic has no other.

Kombu's own folder transport writes and reads a message in place and keeps its routing in a file. A process killed
between two of its writes leaves half a message, half a routing table (which no later start can read), or a message in
the machine's temporary folder. Here a file appears whole or not at all, and routing is kept in memory: each process
declares its one queue itself. Files hold nothing but "look".
"""

import json
import os
import time
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem, virtual

# What a process that died in the middle left behind; nobody writes for this long.
ABANDONED_SECONDS = 60.0


class Channel(filesystem.Channel):
    """Reads and writes one queue of wake-ups in a folder, several processes at once."""

    supports_fanout = False
    get_table = virtual.Channel.get_table
    _delete = virtual.Channel._delete

    def _queue_bind(self, *_: Any) -> None:
        """Nothing to keep: kombu holds the binding in memory already."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020}_{uuid4().hex}"
        partial = os.path.join(self.data_folder_out, f"{name}.partial")
        with open(partial, "w", encoding="ascii") as file:
            json.dump(payload, file)
        os.replace(partial, os.path.join(self.data_folder_out, f"{name}.{queue}.msg"))

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - the shape of the base class
        for name in sorted(os.listdir(self.data_folder_in)):
            path = os.path.join(self.data_folder_in, name)
            if name.endswith(".partial"):
                _remove_if_abandoned(path)
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            try:
                with open(path, "rb") as file:
                    payload = file.read()
                # Whoever removes the file has the message: two workers may have read it.
                os.remove(path)
                return json.loads(payload)
            except (OSError, ValueError):
                continue
        raise virtual.Empty


class Transport(filesystem.Transport):
    """Kombu's folder transport with the safe channel."""

    Channel = Channel
    global_state = virtual.BrokerState()  # type: ignore[no-untyped-call]


def _remove_if_abandoned(path: str) -> None:
    try:
        if time.time() - os.stat(path).st_mtime > ABANDONED_SECONDS:
            os.remove(path)
    except OSError:
        return  # somebody else did
