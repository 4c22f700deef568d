"""Files from elsewhere are the ones we say they are."""

import io
import shutil
import tarfile
from pathlib import Path

import pytest

from sma.web import vendor
from sma.web.assets import STATIC


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STATIC, tmp_path / "static"))


def test_vendored_files_match_their_list() -> None:
    assert vendor.differences() == []


def test_each_vendored_file_names_its_version_and_has_its_licence_beside_it() -> None:
    entries = vendor.listed()
    for entry in entries:
        assert entry.licence in {"MIT", "ISC", "0BSD"}
    assert {entry.package for entry in entries} == {
        entry.package for entry in entries if entry.path.startswith("vendor/licences/")
    }


def test_a_changed_a_missing_and_an_unlisted_file_are_each_named(copy: Path) -> None:
    (copy / "vendor/htmx-4.0.1.min.js").write_text("alert(1)")
    (copy / "icons.svg").unlink()
    (copy / "vendor/extra.js").write_text("")

    assert vendor.differences(copy) == [
        "vendor/htmx-4.0.1.min.js differs from htmx.org 4.0.1",
        "icons.svg is missing",
        "vendor/extra.js is not listed in vendor.toml",
    ]


def test_a_refresh_writes_files_sprite_and_hashes_anew(copy: Path) -> None:
    def pack(source: str, folder: Path) -> Path:
        path = folder / f"{source.replace('/', '-')}.tgz"
        wanted = [entry for entry in vendor.listed(copy) if f"{entry.package}@{entry.version}" == source]
        with tarfile.open(path, "w:gz") as tar:
            for entry in wanted:
                names = [f"{entry.member}/{icon}.svg" for icon in entry.icons.split()] or [entry.member]
                for name in names:
                    content = f'<svg width="24">\n  <path d="{name}" />\n</svg>'.encode()
                    info = tarfile.TarInfo(f"package/{name}")
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
        return path

    changed = vendor.refresh(copy, pack)

    assert set(changed) == {entry.path for entry in vendor.listed()}
    assert vendor.differences(copy) == []
    assert '<symbol id="users"' in (copy / "icons.svg").read_text()
    assert vendor.refresh(copy, pack) == []


def test_every_icon_a_template_asks_for_is_in_the_sprite() -> None:
    import re

    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    templates = Path(__file__).parents[2] / "templates"
    asked = {
        name
        for page in templates.rglob("*.html")
        for name in re.findall(r'icon(?:_name)?(?:\(|=)\s*"([a-z0-9-]+)"', page.read_text())
    }
    assert asked - sprite == set()
