"""Sealing of identifiers and free text at rest, and the blind index that finds a number without opening any.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the column's name is authenticated with the value, so
that a sealed Medicare number copied into another column does not open. The key's id stands in front for rotation.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import String, TypeDecorator
from sqlalchemy.engine import Dialect

NONCE_BYTES = 12


@dataclass(frozen=True)
class Keyring:
    """Keys by id, newest first, and the key of the blind index. Never shown in `repr`."""

    keys: dict[str, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    @classmethod
    def parse(cls, keys: str, index_key: str) -> "Keyring":
        """Read `id:base64,id:base64` and a base64 index key. Raises ValueError when a key is not 32 bytes."""
        parsed = {}
        for part in keys.split(","):
            key_id, _, encoded = part.strip().partition(":")
            parsed[key_id] = base64.b64decode(encoded, validate=True)
        index = base64.b64decode(index_key, validate=True)
        if any(len(key) != 32 for key in [*parsed.values(), index]):
            raise ValueError("each key must be 32 bytes in base64")
        return cls(parsed, index)

    @classmethod
    def kept_in(cls, path: Path) -> "Keyring":
        """Open the key file, or make it (readable by its owner only) on first use."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = "\n".join(
                [
                    "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
                    base64.b64encode(secrets.token_bytes(32)).decode(),
                ]
            )
            partial = path.with_suffix(f".{os.getpid()}.part")
            with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
                file.write(fresh)
            try:
                # link fails when another process won the race: its keys are then the ones to use.
                os.link(partial, path)
            except FileExistsError:
                pass
            finally:
                partial.unlink()
        keys, index_key = path.read_text().split("\n")
        return cls.parse(keys, index_key)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for one purpose; `open` needs the same context."""
        key_id, key = next(iter(self.keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        return key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt. Raises cryptography's InvalidTag when the bytes or the context are not ours."""
        key_id, _, rest = sealed.partition(b":")
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        return AESGCM(self.keys[key_id.decode()]).decrypt(nonce, body, context.encode())

    def blind(self, value: str, context: str) -> str:
        """Return the keyed digest by which an exact value is found without opening any row."""
        return hmac.new(self.index_key, f"{context}\0{value}".encode(), hashlib.sha256).hexdigest()


_installed: Keyring | None = None


def install(keyring: Keyring) -> None:
    """Choose the keys of this process; called once by a composition root."""
    global _installed
    _installed = keyring


def keyring() -> Keyring:
    """Return the keys of this process. Raises RuntimeError when none were installed."""
    if _installed is None:
        raise RuntimeError("no keys installed: call crypto.install at start")
    return _installed


def blind_index(value: str, context: str) -> str:
    return keyring().blind(value, context)


class Encrypted(TypeDecorator[str]):
    """A text column sealed at rest; `context` is its table.column name, `longest` how long the text itself may be."""

    impl = String
    cache_ok = True

    def __init__(self, context: str, longest: int | None = None) -> None:
        super().__init__()
        self.context = context
        self.longest = longest

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return base64.b64encode(keyring().seal(value.encode(), self.context)).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return keyring().open(base64.b64decode(value), self.context).decode()


class EncryptedWords(TypeDecorator[dict[str, str]]):
    """Words by key (a check's code and the reason given), sealed together; nothing said is NULL, and reads as empty."""

    impl = Encrypted
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__(context)
        self.context = context

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return json.dumps(value, ensure_ascii=False) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, str]:  # noqa: ARG002
        return json.loads(value) if value else {}
