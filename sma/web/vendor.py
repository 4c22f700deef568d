"""Keeps the vendored files honest: `vendor.toml` says where each came from, its licence and its SHA-256.

Nothing is fetched at run time; `refresh` is for the developer who raises a version.
"""

import base64
import hashlib
import io
import json
import tarfile
import tomllib
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sma.web.assets import STATIC

REGISTRY = "https://registry.npmjs.org"
VENDOR_TOML = STATIC / "vendor.toml"


@dataclass(frozen=True)
class Vendored:
    """One file from an npm package; `member` is its path there, `path` its path below `static/`."""

    package: str
    version: str
    licence: str
    member: str
    path: str
    sha256: str


def listed(listing: Path = VENDOR_TOML) -> list[Vendored]:
    """Read what should be there."""
    with listing.open("rb") as file:
        return [Vendored(**entry) for entry in tomllib.load(file)["file"]]


def differences(static: Path = STATIC) -> list[str]:
    """Say, one sentence each, where the vendored files and their list disagree; empty when they agree."""
    entries = listed(static / "vendor.toml")
    found = [_difference(static, entry) for entry in entries]
    known = {entry.path for entry in entries}
    present = {path.relative_to(static).as_posix() for path in (static / "vendor").rglob("*") if path.is_file()}
    strangers = [f"{path} is not listed in vendor.toml" for path in sorted(present - known)]
    return [sentence for sentence in found if sentence] + strangers


def refresh(static: Path = STATIC, download: Callable[[str], bytes] | None = None) -> list[str]:
    """Fetch every listed file again and write it and the list anew. Returns the paths that changed.

    A generated sprite is not listed, so it stays. Raises: ValueError when a package fails npm's own checksum.
    """
    fetch = download or _download
    archives: dict[tuple[str, str], bytes] = {}
    changed: list[str] = []
    written: list[Vendored] = []
    for entry in listed(static / "vendor.toml"):
        source = (entry.package, entry.version)
        if source not in archives:
            archives[source] = _archive(*source, fetch)
        content = _member(archives[source], entry.member)
        target = static / entry.path
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            changed.append(entry.path)
        fresh = {**entry.__dict__, "sha256": hashlib.sha256(content).hexdigest()}
        written.append(Vendored(**fresh))
    (static / "vendor.toml").write_text(_as_toml(written), encoding="utf-8")
    return changed


def _difference(static: Path, entry: Vendored) -> str | None:
    target = static / entry.path
    if not target.is_file():
        return f"{entry.path} is missing"
    if hashlib.sha256(target.read_bytes()).hexdigest() != entry.sha256:
        return f"{entry.path} differs from {entry.package} {entry.version}"
    return None


def _archive(package: str, version: str, fetch: Callable[[str], bytes]) -> bytes:
    about = json.loads(fetch(f"{REGISTRY}/{quote(package, safe='@')}/{version}"))["dist"]
    archive = fetch(about["tarball"])
    kind, _, expected = about["integrity"].partition("-")
    if kind != "sha512" or base64.b64encode(hashlib.sha512(archive).digest()).decode() != expected:
        raise ValueError(f"{package} {version} does not match the checksum its registry states")
    return archive


def _member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        file = tar.extractfile(f"package/{name}")
        if file is None:
            raise ValueError(f"{name} is not a file of the package")
        return file.read()


def _as_toml(entries: list[Vendored]) -> str:
    blocks = ["# Files from elsewhere, unchanged. `make vendor` fetches them again; a test compares the hashes."]
    for entry in entries:
        blocks.append("[[file]]\n" + "\n".join(f'{name} = "{value}"' for name, value in entry.__dict__.items()))
    return "\n\n".join(blocks) + "\n"


def _download(url: str) -> bytes:
    if not url.startswith(REGISTRY + "/"):
        raise ValueError("vendored files come from the npm registry only")
    with urllib.request.urlopen(url, timeout=60) as response:  # noqa: S310 - the scheme and host are fixed above
        body: bytes = response.read()
        return body
