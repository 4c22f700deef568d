"""The shipped schedule data against the published files: every fee, every number, every source.

The published files are not part of the repository; where they do not lie beside it, the comparisons are skipped.
"""

import csv
import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from billing import Rulebook, load_rulebook
from billing.items import ItemVersion
from billing.mbs.schedule import Schedule, read_schedule
from billing.rules import Beside
from billing.rules.incentive import ModifiedMonash
from sma.scheduling.rules import NOT_OF_A_PROGRAM, billing_families

DATA = Path(__file__).parents[3] / "shared/data/mbs"
JULY_2025, NOVEMBER_2025, JULY_2026 = date(2025, 7, 1), date(2025, 11, 1), date(2026, 7, 1)
without_data = pytest.mark.skipif(not DATA.exists(), reason="the published schedule is not beside the repository")

# Where an item has other versions than those of the two published files, and why.
DIFFERENCES = {
    "not indexed in July 2026": (
        {"52", "53", "54", "57", "151", "91903", "91913"},
        (JULY_2025,),
    ),
    "not indexed in July 2026, telehealth rule changed in November 2025": (
        {"91792", "91803", "91804", "91805", "91923", "91892", "91893"},
        (JULY_2025, NOVEMBER_2025),
    ),
    "telehealth rule changed in November 2025": (
        {"91790", "91800", "91801", "91802", "91920", "91890", "91891", "91794", "91806", "91807", "91808", "91926"}
        | {"92004", "92011"},
        (JULY_2025, NOVEMBER_2025, JULY_2026),
    ),
    "plans by the usual doctor only, from November 2025": (
        {"2700", "2701", "2715", "2717", "272", "276", "281", "282"},
        (JULY_2025, NOVEMBER_2025, JULY_2026),
    ),
    "no concession needed from November 2025": (
        {"10990", "10991", "10992", "75855", "75856", "75857", "75858", "75870", "75871", "75872", "75873", "75874"}
        | {"75875", "75876", "75880", "75881", "75882", "75883", "75884", "75885"},
        (JULY_2025, NOVEMBER_2025, JULY_2026),
    ),
    "ended on 31 October 2025": (
        {"2712", "2713", "277", "279", "92114", "92115", "92120", "92121", "92126", "92127", "92132", "92133"},
        (JULY_2025,),
    ),
}
ENDED = DIFFERENCES["ended on 31 October 2025"][0]
# Fees of these are made of another item's; the published list of July 2026 leaves them empty.
DERIVED = {"4", "24", "37", "47", "124"}
# Ended before July 2025 and still counting as plans until 30 June 2027.
LONG_GONE = {"721", "229", "92024", "92055"}


@cache
def published_2025() -> Schedule:
    return read_schedule(DATA / "MBS-XML-20250701.XML.gz")


@cache
def published_2026() -> dict[str, int | None]:
    with (DATA / "schedule-fees-20260701.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["item_number"], row["schedule_fee"]) for row in csv.DictReader(file)]
    return {number: int(Decimal(fee) * 100) if fee else None for number, fee in rows}


def versions() -> list[ItemVersion]:
    return [version for item in load_rulebook().items for version in item.versions]


def test_every_item_has_the_versions_of_both_files_or_a_stated_reason() -> None:
    expected = dict.fromkeys((item.number for item in load_rulebook().items), (JULY_2025, JULY_2026))
    for numbers, days in DIFFERENCES.values():
        assert numbers <= expected.keys()
        expected |= dict.fromkeys(numbers, days)

    for item in load_rulebook().items:
        assert tuple(version.starts_on for version in item.versions) == expected[item.number], item.number
        assert item.versions[-1].ends_on == (date(2025, 10, 31) if item.number in ENDED else None)
    assert len(expected) == 240


def test_the_stated_reasons_do_not_overlap() -> None:
    for (one, _), (other, _) in combinations(DIFFERENCES.values(), 2):
        assert not one & other


@without_data
def test_every_fee_of_july_2026_is_the_published_one() -> None:
    for item in load_rulebook().items:
        if item.number in ENDED:
            assert item.number not in published_2026()
        else:
            assert item.on(JULY_2026).schedule_fee_cents == published_2026()[item.number], item.number


@without_data
def test_every_fee_benefit_and_loading_of_july_2025_is_the_published_one() -> None:
    for item in load_rulebook().items:
        version, theirs = item.on(JULY_2025), published_2025().items[item.number]
        assert version.schedule_fee_cents == theirs.schedule_fee_cents, item.number
        assert version.benefit_type == theirs.benefit_type, item.number
        assert version.benefit_cents_by_percent == theirs.benefit_cents_by_percent, item.number
        if version.derived_fee is not None:
            shared, flat = version.derived_fee.shared_cents, version.derived_fee.flat_cents
            base = version.derived_fee.base_item
            assert f"fee for item {base}, plus ${shared / 100:.2f} divided" in theirs.derived_fee
            assert f"item {base} plus ${flat / 100:.2f} per patient" in theirs.derived_fee
    assert {version.number for version in versions() if version.derived_fee} == DERIVED


@without_data
def test_only_the_listed_items_kept_their_fee() -> None:
    kept = {number for number, (before, now) in _both_fees().items() if before == now}

    assert kept == {
        number for reason, (numbers, _) in DIFFERENCES.items() if "not indexed" in reason for number in numbers
    }


def _both_fees() -> dict[str, tuple[int | None, int | None]]:
    numbers = {item.number for item in load_rulebook().items} - ENDED - DERIVED
    return {each: (published_2025().items[each].schedule_fee_cents, published_2026()[each]) for each in numbers}


@without_data
def test_every_number_in_a_pool_or_exclusion_is_or_was_an_item() -> None:
    rulebook = load_rulebook()
    known = published_2025().items.keys() | published_2026().keys() | LONG_GONE

    for name, numbers in _lists(rulebook).items():
        assert set(numbers) <= known, f"{name}: {set(numbers) - known}"


def _lists(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    lists = {}
    for name, pool in rulebook.pools.items():
        lists[f"pool {name}"] = (*pool.items, *(pool.plan_items or ()), *(pool.transitional_items or ()))
    for name, exclusion in rulebook.exclusions.items():
        lists[f"exclusion {name}"] = (*exclusion.these, *exclusion.those)
    return lists


def test_every_pool_and_exclusion_is_used_by_some_rule() -> None:
    used = set()
    for version in versions():
        for rule in version.rules:
            used |= {getattr(rule, key).name for key in ("pool", "or_pool", "exclusion") if getattr(rule, key, None)}

    assert used == load_rulebook().pools.keys() | load_rulebook().exclusions.keys()


def test_every_rule_set_is_used_by_some_item() -> None:
    folder = files("billing.mbs")
    used = set()
    for file in folder.joinpath("items").iterdir():
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        used |= {name for each in (table, *table["version"]) for name in each.get("rule_sets", [])}

    assert used == tomllib.loads(folder.joinpath("shared.toml").read_text(encoding="utf-8"))["rule-set"].keys()


def test_every_family_has_words_of_its_own_for_the_planner() -> None:
    families = {item.family for item in load_rulebook().items}

    assert billing_families().keys() == families - NOT_OF_A_PROGRAM
    assert families >= NOT_OF_A_PROGRAM
    assert len(set(billing_families().values())) == len(billing_families())


def test_every_item_of_a_limit_that_we_hold_counts_against_it() -> None:
    held = {item.number: item for item in load_rulebook().items}
    for name, pool in load_rulebook().pools.items():
        if pool.most is None:
            continue
        for number in set(pool.items) & held.keys():
            counted = {
                getattr(rule, "pool", pool).name for rule in held[number].versions[-1].rules if rule.kind == "frequency"
            }
            # The services under a plan use up the Indigenous limit as well, which their own descriptors do not say.
            assert name in counted or name == "indigenous-allied-health", (name, number)


def test_every_item_of_the_plan_exclusion_that_we_hold_watches_the_other_side() -> None:
    exclusion = load_rulebook().exclusions["plan-and-general-attendance"]
    for item in load_rulebook().items:
        watched = {getattr(rule, "against", None) for rule in item.versions[-1].rules if rule.kind == "not-same-day"}
        assert ("these" in watched) == (item.number in exclusion.those), item.number
        assert item.number not in exclusion.these or "those" in watched, item.number


def test_telehealth_items_and_items_in_person_share_a_family_only_where_a_person_decides_anyway() -> None:
    by_family: dict[str, set[str]] = {}
    for item in load_rulebook().items:
        ways = {rule.kind for rule in item.versions[-1].rules} & {"mode", "telehealth"}
        by_family.setdefault(item.family, set()).update(ways)

    mixed = {family for family, ways in by_family.items() if len(ways) > 1}
    for item in load_rulebook().items:
        if item.family in mixed:
            assert "confirmation" in {rule.kind for rule in item.versions[-1].rules}, item.number
    assert "gp-attendance" not in mixed


def test_everything_has_a_public_source_and_a_confidence() -> None:
    rulebook = load_rulebook()
    sources = [version.source for version in versions()]
    sources += [rule.source for version in versions() for rule in version.rules]
    sources += [each.source for each in (*rulebook.pools.values(), *rulebook.exclusions.values())]
    sources.append(rulebook.practice_incentive.source)

    for source in set(sources):
        assert len(source) > 15, source
        assert not re.search(r"/work|/home|/tmp|items\.yaml|localhost", source), source


def test_a_version_names_the_file_its_fee_was_read_in() -> None:
    for version in versions():
        file = "MBS-XML-20260701" if version.starts_on == JULY_2026 else "MBS-XML-20250701"
        assert file in version.source, version
        if version.starts_on in (JULY_2025, JULY_2026):
            assert f"item {version.number}" in version.source


def test_in_each_area_one_incentive_of_each_kind_is_for_a_service_with_a_given_base() -> None:
    by_kind: dict[tuple[str, int], list[str]] = {}
    for item in load_rulebook().items:
        rules = item.on(JULY_2026).rules if item.number not in ENDED else ()
        bases = [rule.pool.name for rule in rules if isinstance(rule, Beside)]
        for area in [area for rule in rules if isinstance(rule, ModifiedMonash) for area in rule.one_of]:
            by_kind.setdefault((bases[0], area), []).append(item.number)

    assert len(by_kind) == 3 * 7
    assert all(len(numbers) == 1 for numbers in by_kind.values())
    pools = load_rulebook().pools
    assert not set(pools["triple-incentive-base"].items) & set(pools["single-incentive-base"].items)
    assert not set(pools["triple-incentive-base"].items) & set(pools["mymedicare-incentive-base"].items)


@pytest.mark.parametrize(("incentive_cents", "total_cents"), [(2135, 6956), (3870, 8691)])
def test_the_practice_incentive_is_taken_on_the_benefit_alone(incentive_cents: int, total_cents: int) -> None:
    # The worked totals of November 2025, with the amounts of their time.
    benefit = 4285

    assert benefit + incentive_cents + load_rulebook().practice_incentive.cents(benefit, NOVEMBER_2025) == total_cents
    assert load_rulebook().practice_incentive.cents(benefit, date(2025, 10, 31)) == 0
