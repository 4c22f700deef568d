"""A way out for the bytes of an export that counts and seals them as they pass, in constant memory."""

import hashlib
from typing import BinaryIO


class SealingStream:
    """Passes writes on to `target` and keeps a SHA-256 of them.

    It offers no `seek` and no `tell`: a zip file written through it is laid out the same whether the target is
    a file, a pipe or rows of a table.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self._target.write(data)
        return len(data)

    def flush(self) -> None:
        self._target.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()
