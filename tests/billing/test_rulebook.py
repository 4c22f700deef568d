"""Reading the schedule data: versions by date, what is refused, and what the hash follows."""

import io
import shutil
import tokenize
from datetime import date
from pathlib import Path

import pytest

import billing
from billing import BadRulebook, NoVersion, Rulebook, UnknownItem, load_rulebook
from billing.items import DerivedFee
from billing.rulebook import read_rulebook

PACKAGE = Path(billing.__file__).parent
JULY_2026 = date(2026, 7, 1)


def test_an_item_or_a_day_that_we_do_not_hold_is_said_so() -> None:
    with pytest.raises(UnknownItem, match="99999"):
        load_rulebook().item("99999")
    with pytest.raises(NoVersion, match="2025-06-30"):
        load_rulebook().item("23").on(date(2025, 6, 30))


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
        ("items/965.toml", 'pool = "plan-preparation"', 'pool = "plans"', "unknown pool 'plans'"),
        ("items/965.toml", 'pool = "plan-preparation"', 'pool = "chronic-condition-plan"', "no limit to count against"),
        ("items/965.toml", 'pool = "plan-preparation"', 'pool = "plan-review"', "does not count item 965"),
        (
            "items/965.toml",
            '"not-with-general-attendance"',
            '"not-with-plan"',
            "pool general-attendance does not name item 965",
        ),
        ("items/23.toml", '"not-with-plan"', '"plan-contribution"', "does not have item 23 on its side"),
        ("items/10992.toml", '"single-incentive-visits"', '"visits"', "unknown pool 'visits'"),
        ("items/5000.toml", '"after-hours-rooms"', '"after-hours"', "unknown rule set 'after-hours'"),
        ("items/75873.toml", "one_of = [3, 4]", "one_of = [3, 8]", "areas from 1 to 7"),
        ("items/342.toml", "least = 2", "least = 10", "not above most"),
        ("items/2712.toml", "to = 2025-10-31", "to = 2025-06-30", "to is before from"),
        ("items/23.toml", 'claim_shape = "one-per-patient"\n', "", "missing claim_shape"),
        ("shared.toml", "until = 08:00:00", 'until = "08:00"', "until must be time"),
        ("shared.toml", 'by = "video"', 'by = "letter"', "rule telehealth: by must be one of video, phone"),
        ("shared.toml", "under_minutes = 90", "under_minutes = 60", "under_minutes must be above minutes"),
        (
            "shared.toml",
            "least_after_absence = 3",
            "least_after_absence = 4",
            "least_after_absence must be below least",
        ),
        ("shared.toml", 'against = "those"', 'against = "them"', 'against is "these" or "those"'),
        ("shared.toml", "or_within_months = 18", "or_within_months = true", "or_within_months must be int"),
        ("shared.toml", 'or_pool = "chronic-condition-plan"\n', "", "or_within_months needs or_pool"),
        ("shared.toml", "transitional_until = 2027-06-30\n", "", "go together"),
        ("shared.toml", 'these = ["729"', 'these = ["735"', "735 stands on both sides"),
        ("shared.toml", "most = 40", "most = 0", "most must be at least 1"),
        ("shared.toml", "plan_items = [", "plan_itmes = [", "unknown key plan_itmes"),
        ("shared.toml", '"months-from-plan"', '"rolling-months"', "months-from-plan needs plan_items"),
        ("shared.toml", 'doubt = "that', 'override = "that', "a limit of low confidence needs a doubt"),
        ("shared.toml", "per_mille = 125", "per_mille = 1250", "practice-incentive: per_mille"),
        ("shared.toml", "months = 9", "", "pool health-check: rolling-months and months-from-plan need months"),
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
    numbers = {item.number for item in load_rulebook().items if len(item.number) > 2}
    for path in (*PACKAGE.glob("*.py"), *(PACKAGE / "rules").glob("*.py")):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type in (tokenize.STRING, tokenize.NUMBER):
                bare = token.string.strip("\"'")
                assert bare not in numbers, f"{path.name}:{token.start[0]} holds {token.string}"


def test_a_version_says_again_what_differs_from_the_rest_of_its_item() -> None:
    plan = load_rulebook().item("2700")

    before, after = plan.on(date(2025, 10, 31)), plan.on(date(2025, 11, 1))

    assert before.schedule_fee_cents == after.schedule_fee_cents
    assert len(after.rules) == len(before.rules) + 1
