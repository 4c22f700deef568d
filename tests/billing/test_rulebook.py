"""The shipped schedule data: what it says, where it agrees with the published files, and what it refuses."""

import csv
import gzip
import io
import shutil
import tokenize
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import iterparse

import pytest

import billing
from billing import BadRulebook, NoVersion, Rulebook, UnknownItem, load_rulebook
from billing.items import DerivedFee
from billing.money import cents_from_decimal_text
from billing.rulebook import read_rulebook

DATA = Path(__file__).parents[3] / "shared/data/mbs"
PACKAGE = Path(billing.__file__).parent
JULY_2025, JULY_2026 = date(2025, 7, 1), date(2026, 7, 1)
ITEMS = {"3", "4", "23", "24", "36", "37", "44", "47", "123", "124", "715", "10987", "10997"}
ITEMS |= {"81100", "81105", "81110", "81115", "81120", "81125"}
without_data = pytest.mark.skipif(not DATA.exists(), reason="the published schedule is not beside the repository")


def test_we_hold_these_items_from_july_2025_on() -> None:
    rulebook = load_rulebook()

    assert {item.number for item in rulebook.items} == ITEMS
    assert [item.number for item in rulebook.items] == sorted(ITEMS, key=int)
    for item in rulebook.items:
        assert [version.starts_on for version in item.versions] == [JULY_2025, JULY_2026]
        assert item.on(date(2026, 6, 30)) is item.versions[0]
        assert item.on(date(2026, 7, 1)) is item.versions[1]
        assert item.versions[0].ends_on == date(2026, 6, 30)
        assert item.versions[1].ends_on is None


def test_an_item_or_a_day_that_we_do_not_hold_is_said_so() -> None:
    with pytest.raises(UnknownItem, match="99999"):
        load_rulebook().item("99999")
    with pytest.raises(NoVersion, match="2025-06-30"):
        load_rulebook().item("23").on(date(2025, 6, 30))


def test_every_rule_names_its_source() -> None:
    for item in load_rulebook().items:
        for version in item.versions:
            assert version.source
            assert all(rule.source for rule in version.rules)


@without_data
def test_the_fees_of_july_2026_are_the_published_ones() -> None:
    with (DATA / "schedule-fees-20260701.csv").open(encoding="utf-8", newline="") as file:
        published = {row["item_number"]: row["schedule_fee"] for row in csv.DictReader(file)}

    for item in load_rulebook().items:
        fee = item.on(JULY_2026).schedule_fee_cents
        assert (cents_from_decimal_text(published[item.number]) if published[item.number] else None) == fee


@without_data
def test_the_fees_benefits_and_loadings_of_july_2025_are_the_published_ones() -> None:
    checked = set()
    with gzip.open(DATA / "MBS-XML-20250701.XML.gz") as stream:
        for _, record in iterparse(stream):
            if record.tag != "Data":
                continue
            number = record.findtext("ItemNum", "")
            if number in ITEMS:
                version = load_rulebook().item(number).on(JULY_2025)
                assert version.benefit_type == record.findtext("BenefitType")
                for percent, cents in version.benefit_cents_by_percent.items():
                    assert cents == cents_from_decimal_text(record.findtext(f"Benefit{percent}", ""))
                if version.derived_fee is None:
                    assert version.schedule_fee_cents == cents_from_decimal_text(record.findtext("ScheduleFee", ""))
                else:
                    text = record.findtext("DerivedFee", "")
                    shared, flat = version.derived_fee.shared_cents, version.derived_fee.flat_cents
                    assert f"fee for item {version.derived_fee.base_item}, plus ${shared / 100:.2f} divided" in text
                    assert f"item {version.derived_fee.base_item} plus ${flat / 100:.2f} per patient" in text
                checked.add(number)
            record.clear()
    assert checked == ITEMS


def test_a_share_that_does_not_divide_follows_the_stored_rounding() -> None:
    facts = {"base_item": "23", "shared_cents": 3150, "shared_up_to": 6, "flat_cents": 250}
    facts |= {"rounding_confidence": "low", "rounding_source": "a test"}

    assert DerivedFee(**facts, rounding="half-up-to-cent").fee_cents(4505, 4) == 5293
    assert DerivedFee(**facts, rounding="up-to-5-cents").fee_cents(4505, 4) == 5295
    assert not DerivedFee(**facts, rounding="half-up-to-cent").divides(4)
    with pytest.raises(ValueError, match="rounding must be one of"):
        DerivedFee(**facts, rounding="down")


def _copy(folder: Path) -> Path:
    shutil.copytree(PACKAGE / "mbs" / "items", folder / "items")
    shutil.copy(PACKAGE / "mbs" / "shared.toml", folder)
    return folder


def _with(folder: Path, file: str, old: str, new: str) -> Rulebook:
    path = _copy(folder) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return read_rulebook(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("items/23.toml", 'source = "MBS-XML-20260701', 'sauce = "MBS-XML-20260701', "from 2026-07-01: needs both"),
        ("items/23.toml", 'source = "MBS-XML-20260701, item 23', 'source = "" # ', "needs both from"),
        ("items/23.toml", "from = 2026-07-01", "from = 2025-07-01", "two versions start on 2025-07-01"),
        ("items/23.toml", "from = 2025-07-01", "from = 2025-07-01\nto = 2026-07-01", "overlap"),
        ("items/23.toml", "from = 2025-07-01", "from = 2025-07-01\nto = 2025-06-01", "to is before from"),
        ("items/23.toml", "from = 2026-07-01", 'from = "2026-07-01"', "must be date"),
        ("items/23.toml", "benefit_100_cents = 4505", "benefit_100_cents = 4500", "rounds to 4505"),
        ("items/23.toml", "benefit_100_cents = 4505", "benefit_85_cents = 3830", "needs exactly benefit_100_cents"),
        ("items/81105.toml", "benefit_85_cents = 2025", "benefit_85_cents = 2023", "rounds to 2025"),
        ("items/23.toml", "schedule_fee_cents = 4505\n", "", "either schedule_fee_cents or derived_fee"),
        ("items/23.toml", "schedule_fee_cents = 4505", "schedule_fee_cents = 45.05", "must be int"),
        ("items/23.toml", "schedule_fee_cents = 4505", "schedule_fee_cents = -5", "above zero"),
        ("items/23.toml", 'kind = "minutes"', 'kind = "hours"', "unknown rule kind 'hours'"),
        ("items/23.toml", "at_least = 6", "at_laest = 6", "rule minutes: unknown key at_laest"),
        ("items/23.toml", "at_least = 6", "at_least = true", "at_least must be int"),
        ("items/23.toml", "at_least = 6", "at_least = 6, over = 6", "one lower edge"),
        ("items/23.toml", "under = 20", "under = 20, at_most = 20", "one upper edge"),
        ("items/23.toml", 'doubt = "', 'source = "', "doubtful_seconds and doubt go together"),
        ("items/123.toml", "at_least = 60", "doubtful_seconds = 0", "needs an edge"),
        ("items/23.toml", ", consulting_rooms = true", "", "rule place: missing consulting_rooms"),
        ("items/23.toml", '"own-time"', '"own-tune"', "unknown rule set 'own-tune'"),
        ("items/23.toml", 'confidence = "high"', 'confidence = "sure"', "confidence must be one of"),
        ("items/23.toml", '"one-per-patient"', '"head-count-shared"', "go together"),
        ("items/23.toml", 'benefit_type = "E"', 'benefit_type = "F"', "benefit_type must be one of"),
        ("items/23.toml", 'number = "23"', 'number = "36"', "the name of the file"),
        ("items/23.toml", 'number = "23"', "number = 23", "number must be text"),
        ("items/23.toml", "family", "familiy", "unknown key familiy"),
        ("items/23.toml", "[[version]]", "[[versions]]", "unknown key versions"),
        ("items/23.toml", "[[version]]", "[[version", "not readable as TOML"),
        ("items/23.toml", '{ kind = "place", consulting_rooms = true }', '"place"', "not shaped as expected"),
        ("items/81105.toml", '"diabetes-educator"', '"educator"', "rule profession: one_of must be one of"),
        ("shared.toml", '["in-person"]', '["in-rooms"]', "rule mode: allowed must be one of"),
        ("shared.toml", '["1", "2", "3"]', '["1", "2", "5"]', "rule indigenous-status: one_of must be one of"),
        ("items/24.toml", 'base_item = "23"', 'base_item = "24"', "has no fee of its own"),
        ("items/24.toml", 'base_item = "23"', 'base_item = "25"', "item 25 is not in the rulebook"),
        ("items/24.toml", 'rounding = "half-up-to-cent"', 'rounding = "down"', "rounding must be one of"),
        ("items/24.toml", 'rounding_confidence = "low"', 'rounding_confidence = "no"', "rounding_confidence must be"),
        ("items/24.toml", "shared_up_to = 6", "shared_up_to = 0", "at least 1"),
        ("items/24.toml", "flat_cents = 250", "", "missing flat_cents"),
        ("items/715.toml", 'pool = "health-check"', 'pool = "health"', "unknown pool 'health'"),
        ("items/715.toml", 'pool = "health-check"', 'pool = "chronic-condition-plan"', "no limit to count against"),
        ("shared.toml", "months = 9", "", "pool health-check: rolling-months needs months"),
        ("shared.toml", "most = 1\n", "", "most and period go together"),
        ("shared.toml", 'boundary = "day-after"', 'boundary = "soon"', "boundary is"),
        ("shared.toml", '"calendar-year"', '"year"', "period is"),
        ("shared.toml", '"715", "228"', '"715", "715"', "items names something twice"),
        ("shared.toml", 'items = ["715", "228", "92004", "92011"]', "items = []", "items must be a list of str"),
        ("shared.toml", 'confidence = "low"', 'confidence = "none"', "confidence must be one of"),
        ("shared.toml", 'whose = "provider"', 'whose = "nobody"', "rule-set every-line: rule provider-number"),
        ("shared.toml", '"plan-and-general-attendance"', '"plans"', "unknown exclusion 'plans'"),
        ("shared.toml", "[pool.", "[pot.", "unknown key pot"),
    ],
)
def test_data_that_contradicts_itself_is_refused_naming_the_file(
    tmp_path: Path, file: str, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(BadRulebook) as caught:
        _with(tmp_path, file, old, new)

    assert Path(file).name in str(caught.value)
    assert complaint in str(caught.value)


def test_an_item_without_a_version_is_refused(tmp_path: Path) -> None:
    (_copy(tmp_path) / "items/9.toml").write_text('number = "9"\ntitle = "t"\nfamily = "f"\n', encoding="utf-8")

    with pytest.raises(BadRulebook, match=r"9\.toml: has no version"):
        read_rulebook(tmp_path)


def test_the_hash_follows_facts_and_not_layout(tmp_path: Path) -> None:
    shipped = load_rulebook().content_hash

    (tmp_path / "layout").mkdir()
    assert (
        _with(tmp_path / "layout", "items/23.toml", "[[version]]", "# a remark\n\n[[version]]").content_hash == shipped
    )
    (tmp_path / "facts").mkdir()
    assert _with(tmp_path / "facts", "items/23.toml", "under = 20", "under = 21").content_hash != shipped
    (tmp_path / "shared").mkdir()
    assert _with(tmp_path / "shared", "shared.toml", "months = 9", "months = 8").content_hash != shipped


def test_a_boundary_set_to_the_same_day_frees_the_item_a_day_earlier(tmp_path: Path) -> None:
    rulebook = _with(tmp_path, "shared.toml", 'boundary = "day-after"', 'boundary = "same-day"')

    frequency = next(rule for rule in rulebook.item("715").on(JULY_2026).rules if rule.kind == "frequency")
    assert frequency.pool.free_from(date(2026, 3, 10)) == date(2026, 12, 10)  # type: ignore[attr-defined]


def test_the_engine_knows_no_item_number() -> None:
    for path in (*PACKAGE.glob("*.py"), *(PACKAGE / "rules").glob("*.py")):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type in (tokenize.STRING, tokenize.NUMBER):
                bare = token.string.strip("\"'")
                assert bare not in ITEMS - {"3", "4"}, f"{path.name}:{token.start[0]} holds {token.string}"
