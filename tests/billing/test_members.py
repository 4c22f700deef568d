"""The long lists of items are kept twice, here and in the rulebook, so that none is lost or added by a slip."""

import tomllib
from pathlib import Path
from typing import Any

import billing.mbs
from billing import load_rulebook

WRITTEN: dict[str, Any] = tomllib.loads(Path(__file__).with_name("members.toml").read_text(encoding="utf-8"))


def test_each_shared_limit_counts_the_items_written_down() -> None:
    pools = load_rulebook().pools

    assert pools.keys() == WRITTEN["pool"].keys()
    for name, lists in WRITTEN["pool"].items():
        for key in ("items", "plan_items", "transitional_items"):
            assert sorted(getattr(pools[name], key) or (), key=int) == lists.get(key, []), f"{name}: {key}"


def test_each_exclusion_keeps_apart_the_items_written_down() -> None:
    exclusions = load_rulebook().exclusions

    assert exclusions.keys() == WRITTEN["exclusion"].keys()
    for name, lists in WRITTEN["exclusion"].items():
        assert sorted(exclusions[name].these, key=int) == lists["these"], name
        assert sorted(exclusions[name].those, key=int) == lists["those"], name


def test_each_group_counted_on_a_clinicians_day_has_the_items_written_down() -> None:
    file = Path(billing.mbs.__file__).with_name("volume.toml")
    groups = tomllib.loads(file.read_text(encoding="utf-8"))["group"]

    assert {name: sorted(group["items"], key=int) for name, group in groups.items()} == {
        name: group["items"] for name, group in WRITTEN["group"].items()
    }


def test_a_general_attendance_is_what_a_plan_excludes() -> None:
    rulebook = load_rulebook()

    assert rulebook.pools["general-attendance"].items == rulebook.exclusions["plan-and-general-attendance"].those


def test_each_item_has_the_edges_written_down() -> None:
    written = tomllib.loads(Path(__file__).with_name("numbers.toml").read_text(encoding="utf-8"))
    files = Path(billing.mbs.__file__).with_name("items").glob("*.toml")
    items = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]

    assert {item["number"]: edges for item in items if (edges := _edges(item))} == written


def _edges(item: dict[str, Any]) -> list[str]:
    rules = [rule for part in (item, *item["version"]) for rule in part.get("rules", ())]
    numbers = [
        (rule["kind"], [f"{key} {value}" for key, value in rule.items() if _is_numbers(value)]) for rule in rules
    ]
    return [f"{kind} {', '.join(found)}" for kind, found in numbers if found]


def _is_numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_numbers, value))
    return isinstance(value, int) and not isinstance(value, bool)
