"""Who is at work on a data folder: any number serve it together, and whoever empties it is alone."""

import fcntl
import os
from pathlib import Path


def hold(folder: Path, *, alone: bool = False) -> bool:
    """Hold the folder until this process ends, however it ends; False when somebody else is in the way.

    The kernel keeps the hold (flock(2)), so a killed server leaves nothing behind that a person would have to remove.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = os.open(folder / "in-use", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return False
    return True
