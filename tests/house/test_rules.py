"""The house rules that a tool can hold: sizes, where transactions end, what routes demand, what is documented."""

import importlib
import re
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from sma.app import SLICES
from sma.core.settings import Settings
from sma.identity import permission_of
from tests.house.limits import ROOT, excesses
from tests.house.routes import routes_of


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py")]


def test_no_module_and_no_function_is_too_long() -> None:
    assert list(excesses()) == []


def test_transactions_end_in_one_place_only() -> None:
    ending = re.compile(r"\.(commit|rollback)\(")
    found = [str(path.relative_to(ROOT)) for path in sources("sma") if ending.search(path.read_text(encoding="utf-8"))]
    assert set(found) <= {"sma/core/db.py", "sma/migrations/env.py"}


def test_only_the_clock_reads_the_clock() -> None:
    reading = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted(sources("sma", "billing", "calendars"))
        if reading.search(path.read_text(encoding="utf-8"))
    ]
    # The age of a file is judged by the machine's clock, which wrote it, and not by a test's.
    assert found == ["sma/core/clock.py", "sma/worker/folder.py"]


def test_every_route_says_who_may_use_it(app: FastAPI) -> None:
    forgotten = [
        f"{sorted(route.methods)} {route.path}" for route in routes_of(app) if permission_of(route.calls) is None
    ]
    assert forgotten == []


@pytest.mark.parametrize("name", SLICES)
def test_no_slice_hangs_a_guard_or_a_prefix_on_a_part_of_its_router(name: str) -> None:
    """The application takes the routes and not what their inclusion adds (`sma.app`): it would be lost in silence."""
    contexts = list(iter_route_contexts(importlib.import_module(name).router.routes))

    assert [found.path for found in contexts] == [found.original_route.path for found in contexts]
    assert [found.path for found in contexts if added_by_inclusion(found)] == []


def test_the_house_notices_a_guard_that_hangs_on_a_part() -> None:
    def guard() -> None: ...

    part, whole = APIRouter(), APIRouter()
    part.add_api_route("/somewhere", guard)
    whole.include_router(part, dependencies=[Depends(guard)])

    assert [added_by_inclusion(found) for found in iter_route_contexts(whole.routes)] == [[guard]]


def added_by_inclusion(found: RouteContext) -> list[object]:
    """The dependencies that a route has where it is included, and not by itself."""
    own = {id(each) for each in found.original_route.dependencies}
    return [each.dependency for each in found.dependencies if id(each) not in own]


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`SMA_{name.upper()}`" not in readme]
    assert missing == []


def test_no_item_number_and_no_fee_stands_in_the_engine() -> None:
    numbers = {path.stem for path in (ROOT / "billing/mbs/items").glob("*.toml") if len(path.stem) > 2}
    numbers |= {"23", "24", "36", "37", "44", "47"}
    literal = re.compile(r"['\"](" + "|".join(sorted(numbers)) + r")['\"]")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sources("billing", "sma")
        for match in literal.finditer(path.read_text(encoding="utf-8"))
        if "sma/demo" not in path.as_posix() and "migrations" not in path.as_posix()
    ]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_pin_by_hash_and_name_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
