"""A newer schedule becomes a proposal of fees, never of conditions; what is no whole newer schedule is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest

from billing import BadRulebook
from billing.fees import FeeUpdate, NewFee, ToRead, with_fees
from billing.mbs.releases import releases, standing
from billing.mbs.schedule import Known, ScheduleProblem, propose, read_schedule, unusual
from billing.mbs.schedule.papers import BadPaper, read, written
from billing.rulebook import shipped_rulebook
from tests.billing.schedules import raised, release, xml

NOVEMBER, TODAY = date(2026, 11, 1), date(2026, 11, 23)
NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
JULY = date(2026, 7, 1)


def proposed(day: date = NOVEMBER, *, known: Known | None = None, count: int = 6045, **planted: Any) -> FeeUpdate:
    records = release(JULY, shipped_rulebook(), planted, count=count)
    published = read_schedule(BytesIO(xml(*records.values())), effective_on=day)
    return propose(
        published,
        known or Known(rulebook=shipped_rulebook(), newest_on=releases().held_on, item_count=6045),
        file_name=f"MBS-XML-{day:%Y%m%d}.XML",
        sha256="ab" * 32,
        looked_at=(),
        now=NOW,
        today=TODAY,
    )


def to_read(update: FeeUpdate) -> list[tuple[str, str]]:
    return [(each.item, each.kind) for each in update.to_read]


def test_a_release_that_changes_nothing_proposes_nothing_and_is_still_a_newer_release() -> None:
    update = proposed()

    assert (update.fees, update.to_read) == ((), ())
    assert (update.effective_on, update.item_count) == (NOVEMBER, 6045)
    assert standing(update.effective_on, TODAY).missing == ()


def test_a_new_fee_is_proposed_with_its_benefits_from_its_own_first_day() -> None:
    update = proposed(i23=raised(4620), i36=raised(9000, FeeStartDate="01.08.2026"))

    assert [(fee.item, fee.starts_on, fee.was_cents, fee.schedule_fee_cents) for fee in update.fees] == [
        ("23", NOVEMBER, 4505, 4620),
        ("36", date(2026, 8, 1), 8710, 9000),
    ]
    assert update.fees[0].benefit_cents_by_percent == {100: 4620}
    assert update.to_read == ()


def test_nothing_but_fees_is_proposed_and_the_rest_is_listed_for_a_person() -> None:
    update = proposed(
        i23=raised(4620, Description="Another wording", DescriptionStartDate="01.11.2026"),
        i36=raised(9000, BenefitType="B", Benefit100=None, Benefit85="76.50"),
        i44=None,
        i24={"DerivedFee": "The fee for item 23, plus $99.00 divided"},
        i3={"ItemEndDate": "31.12.2026"},
        i721={"Group": "O23"},
    )

    assert [fee.item for fee in update.fees] == ["23"]
    assert to_read(update) == [
        ("3", "ended"),
        ("23", "descriptor"),
        ("24", "derived-fee"),
        ("36", "fee"),
        ("36", "benefit-type"),
        ("44", "ended"),
        ("721", "new"),
    ]
    doubts = {each.item: each.in_doubt_from for each in update.to_read}
    assert (doubts["44"], doubts["3"], doubts["721"]) == (NOVEMBER, date(2027, 1, 1), None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (raised(4620, FeeStartDate="01.07.2026"), "since 2026-07-01, and we have $45.05"),
        (raised(4620, FeeStartDate="01.12.2026"), "from when it counts is not said"),
        (raised(4620, FeeStartDate=None), "from when it counts is not said"),
        (raised(4620, Benefit100="46.15"), "contradicts itself: $46.15 is not 100 %"),
        (raised(4620, Benefit100=None), "contradicts itself"),
        ({"ScheduleFee": "46.2"}, "contradicts itself"),
    ],
)
def test_a_fee_that_contradicts_what_is_known_is_held_back_with_the_reason(
    changes: dict[str, str | None], said: str
) -> None:
    update = proposed(i23=changes)

    assert update.fees == ()
    assert said in update.to_read[0].sentence
    assert update.to_read[0].in_doubt_from == NOVEMBER


def test_a_benefit_cut_by_the_greatest_gap_is_for_a_person() -> None:
    changes = {"ScheduleFee": "900.00", "Benefit85": "797.60", "FeeStartDate": "01.11.2026"}

    # Twice, as the cap shows on every dear item.
    update = proposed(i81100=changes, i81105=changes)

    assert to_read(update) == [("81100", "benefit"), ("81105", "benefit")]


def test_a_fee_that_moved_far_is_marked() -> None:
    update = proposed(i23=raised(4620), i36=raised(19000))

    assert [fee.item for fee in update.fees if unusual(fee)] == ["36"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"day": JULY}, "only a later one"),
        ({"day": date(2025, 7, 1)}, "only a later one"),
        ({"day": date(2027, 6, 1)}, "half a year ahead"),
        ({"count": 5700}, "5,700 items where the release before it had 6,045"),
        ({"count": 6400}, "6,400 items"),
        ({f"i{item.number}": None for item in shipped_rulebook().items[:14]}, "not the whole schedule"),
    ],
)
def test_what_is_no_whole_and_later_schedule_is_refused(arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(ScheduleProblem, match=reason):
        proposed(**arguments)


def test_an_earlier_release_under_a_newer_name_is_refused() -> None:
    earlier = read_schedule(
        BytesIO(xml(*release(date(2025, 11, 2), shipped_rulebook()).values())), effective_on=NOVEMBER
    )
    known = Known(rulebook=shipped_rulebook(), newest_on=JULY, item_count=6045)

    with pytest.raises(ScheduleProblem, match="an earlier release than it says"):
        propose(earlier, known, file_name="x", sha256="x", looked_at=(), now=NOW, today=TODAY)


def test_an_item_that_stands_twice_is_refused() -> None:
    records = list(release(JULY, shipped_rulebook()).values())
    published = read_schedule(BytesIO(xml(*records, records[7])), effective_on=NOVEMBER)
    known = Known(rulebook=shipped_rulebook(), newest_on=JULY, item_count=6045)

    with pytest.raises(ScheduleProblem, match="more than once"):
        propose(published, known, file_name="x", sha256="x", looked_at=(), now=NOW, today=TODAY)


def test_accepted_fees_hold_from_their_day_and_change_no_condition() -> None:
    update = proposed(i23=raised(4620))

    rulebook = with_fees(shipped_rulebook(), [update])

    before, since = rulebook.item("23").on(date(2026, 10, 31)), rulebook.item("23").on(NOVEMBER)
    assert (before.schedule_fee_cents, since.schedule_fee_cents) == (4505, 4620)
    assert (since.starts_on, since.ends_on, since.benefit_cents(4620)) == (NOVEMBER, None, 4620)
    assert (since.rules, since.claim_shape, since.confidence) == (before.rules, before.claim_shape, before.confidence)
    assert "MBS-XML-20261101.XML" in since.source
    assert [item for item in rulebook.items if item.number != "23"] == [
        item for item in shipped_rulebook().items if item.number != "23"
    ]
    # Shared by the people seen: the formula stays, and its base is the new fee.
    assert rulebook.fee_cents(rulebook.item("24").on(NOVEMBER), NOVEMBER, 7) == 4620 + 250


def test_what_changed_beside_a_fee_is_of_low_confidence_from_then_on() -> None:
    update = proposed(i44=None, i23=raised(4620, DescriptionStartDate="01.11.2026"))

    rulebook = with_fees(shipped_rulebook(), [update])

    assert rulebook.item("44").on(date(2026, 10, 31)).confidence == "high"
    assert rulebook.item("44").on(NOVEMBER).confidence == "low"
    assert "It is not in the file: it ended." in rulebook.item("44").on(NOVEMBER).source
    assert (rulebook.item("23").on(NOVEMBER).confidence, rulebook.item("23").on(NOVEMBER).schedule_fee_cents) == (
        "low",
        4620,
    )
    assert len(rulebook.item("23").versions) == len(shipped_rulebook().item("23").versions) + 1


def test_the_rulebook_says_by_its_hash_which_fees_it_holds() -> None:
    first, second = proposed(i23=raised(4620)), proposed(i23=raised(4625))
    hashes = {with_fees(shipped_rulebook(), each).content_hash for each in ([], [first], [second])}

    assert len(hashes) == 3
    assert with_fees(shipped_rulebook(), []) is shipped_rulebook()


@pytest.mark.parametrize(
    "change",
    [
        {"item": "99999"},
        {"starts_on": date(1999, 1, 1)},
        {"schedule_fee_cents": 4621, "benefit_cents_by_percent": {85: 3930}},
        {"benefit_cents_by_percent": {100: 4615}},
    ],
)
def test_an_update_that_does_not_fit_the_rulebook_is_refused_by_item(change: dict[str, Any]) -> None:
    fee: dict[str, Any] = {"item": "23", "starts_on": NOVEMBER, "was_cents": 4505, "schedule_fee_cents": 4620}
    fee["benefit_cents_by_percent"] = {100: 4620}
    update = replace(proposed(), fees=(NewFee(**{**fee, **change}),))

    with pytest.raises(BadRulebook, match="fees of 2026-11-01: item"):
        with_fees(shipped_rulebook(), [update])


def test_a_paper_reads_back_as_it_was_written_and_only_so() -> None:
    update = proposed(i23=raised(4620), i44=None, i36={"DescriptionStartDate": "01.11.2026"})
    text = written(update)

    assert read(text) == update
    for spoilt in (text[:-30], text.replace("4620", "9620"), "", 'seal = ""\n', text.partition("\n")[2]):
        with pytest.raises(BadPaper, match="not complete, or was changed"):
            read(spoilt)


def test_a_paper_keeps_any_text() -> None:
    odd = ToRead(item="23", kind="descriptor", sentence='"—\x7f\\ \t\U0001f600 \u0001 #', in_doubt_from=None)
    update = replace(proposed(), to_read=(odd,))

    assert read(written(update)) == update


def test_a_release_is_missed_from_its_day_on_and_named() -> None:
    assert standing(JULY, date(2026, 7, 31)).missing == ()
    assert standing(JULY, date(2026, 8, 1)).missing == (date(2026, 8, 1),)
    late = standing(JULY, TODAY)
    assert late.is_late
    assert late.missing == (date(2026, 8, 1), NOVEMBER)
    assert late.sentence == (
        "Fees are those of the schedule of 1 July 2026. Schedules of 1 August 2026 and 1 November 2026 were expected "
        "since: for services from 1 August 2026 on, a fee may have changed."
    )
    assert standing(NOVEMBER, date(2027, 1, 1)).missing == (date(2027, 1, 1),)
    assert not standing(NOVEMBER, date(2026, 12, 31)).is_late


def test_the_release_our_items_hold_is_the_newest_of_their_versions() -> None:
    starts = {version.starts_on for item in shipped_rulebook().items for version in item.versions}

    assert max(starts) == releases().held_on
