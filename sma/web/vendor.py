"""Keeps the vendored files honest: `vendor.toml` says where each came from, its licence and its SHA-256.

Nothing is fetched at run time. `refresh` is for the developer who raises a version, and the only user of npm.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sma.web.assets import STATIC

SPRITE = "icons.svg"
_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
)


@dataclass(frozen=True)
class Vendored:
    """One file from an npm package; `member` is its path there, `path` its path below `static/`.

    For the icon sprite `member` is the folder of icons and `icons` the chosen ones, separated by blanks.
    """

    package: str
    version: str
    licence: str
    member: str
    path: str
    sha256: str
    icons: str = ""


def listed(static: Path = STATIC) -> list[Vendored]:
    """Read what should be there."""
    with (static / "vendor.toml").open("rb") as file:
        return [Vendored(**entry) for entry in tomllib.load(file)["file"]]


def differences(static: Path = STATIC) -> list[str]:
    """Say, one sentence each, where the vendored files and their list disagree; empty when they agree."""
    entries = listed(static)
    found = [sentence for entry in entries if (sentence := _difference(static, entry))]
    present = {path.relative_to(static).as_posix() for path in (static / "vendor").rglob("*") if path.is_file()}
    strangers = present - {entry.path for entry in entries}
    return found + [f"{path} is not listed in vendor.toml" for path in sorted(strangers)]


def refresh(static: Path = STATIC, pack: Callable[[str, Path], Path] | None = None) -> list[str]:
    """Fetch the listed versions, write the files and their hashes anew. Returns the paths that changed.

    `pack(name@version, folder)` puts the package's archive into the folder; npm does it unless told otherwise.
    Raises: FileNotFoundError without npm, CalledProcessError when npm refuses.
    """
    changed: list[str] = []
    written: list[Vendored] = []
    with tempfile.TemporaryDirectory() as folder:
        archives: dict[str, Path] = {}
        for entry in listed(static):
            source = f"{entry.package}@{entry.version}"
            if source not in archives:
                archives[source] = (pack or _npm_pack)(source, Path(folder))
            content = _content(archives[source], entry)
            target = static / entry.path
            if not target.is_file() or target.read_bytes() != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                changed.append(entry.path)
            written.append(replace(entry, sha256=hashlib.sha256(content).hexdigest()))
    (static / "vendor.toml").write_text(_as_toml(written), encoding="utf-8")
    return changed


def _difference(static: Path, entry: Vendored) -> str | None:
    target = static / entry.path
    if not target.is_file():
        return f"{entry.path} is missing"
    if hashlib.sha256(target.read_bytes()).hexdigest() != entry.sha256:
        return f"{entry.path} differs from {entry.package} {entry.version}"
    return None


def _npm_pack(source: str, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is needed to refresh the vendored files")
    command = [npm, "pack", "--silent", source]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
    return folder / done.stdout.strip().splitlines()[-1]


def _content(archive: Path, entry: Vendored) -> bytes:
    with tarfile.open(archive, mode="r:gz") as tar:

        def member(path: str) -> bytes:
            file = tar.extractfile(f"package/{path}")
            if file is None:
                raise ValueError(f"{path} is not a file of {entry.package}")
            return file.read()

        if not entry.icons:
            return member(entry.member)
        icons = {name: member(f"{entry.member}/{name}.svg").decode() for name in entry.icons.split()}
    return _sprite(f"{entry.package} {entry.version}, {entry.licence} licence", icons).encode()


def _sprite(origin: str, icons: dict[str, str]) -> str:
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg"><!-- {origin}: vendor/licences -->']
    for name, drawing in icons.items():
        shapes = _SHAPES.search(drawing)
        if shapes is None:
            raise ValueError(f"the icon {name} is not a drawing")
        lines.append(_SYMBOL.format(name=name, shapes=" ".join(shapes[1].split())))
    return "\n".join([*lines, "</svg>\n"])


def _as_toml(entries: list[Vendored]) -> str:
    head = "# Files from elsewhere, unchanged. `make vendor` fetches them again; a test compares the hashes."
    blocks = [
        "\n".join(["[[file]]", *(f'{name} = "{value}"' for name, value in asdict(entry).items() if value)])
        for entry in entries
    ]
    return "\n\n".join([head, *blocks]) + "\n"
