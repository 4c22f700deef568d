"""What a published file means for our items: new fees to accept, and what only a person can judge.

Nothing is changed here. A file that cannot be a whole, newer release is refused with the reason; an item of ours that
changed in more than its fee, or whose new fee contradicts what we know, is held back and listed.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from billing.fees import FeeUpdate, NewFee, ToRead
from billing.mbs.schedule.checks import USUAL_CHANGE_PERCENT, anomalies
from billing.mbs.schedule.differences import Difference, differences
from billing.mbs.schedule.ours import OurItem, ours_on
from billing.mbs.schedule.reader import PublishedItem, Schedule, ScheduleProblem
from billing.money import benefit_of, format_cents
from billing.rulebook import Rulebook

# Files come out about a month before their day.
FARTHEST_AHEAD = timedelta(days=183)
# Fees rise by two to four in a hundred each July; more than this deserves a look at the law.
USUAL_FACTORS = (0.9, 1.1)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What we hold before the file: the rulebook without it, the newest release in it, and that file's item count."""

    rulebook: Rulebook
    newest_on: date
    item_count: int


def propose(
    published: Schedule,
    known: Known,
    *,
    file_name: str,
    sha256: str,
    looked_at: Collection[str],
    now: datetime,
    today: date,
) -> FeeUpdate:
    """Return what the file would change, to be accepted or not.

    Raises: ScheduleProblem when the file is older than what we hold, incomplete, or not what its name says.
    """
    _refuse(published, known, today)
    ours = ours_on(known.rulebook, published.effective_on)
    found = _Found(published, known)
    by_item: dict[str, list[Difference]] = {}
    for difference in differences(published, ours, looked_at=looked_at):
        by_item.setdefault(difference.item_number, []).append(difference)
    odd = {each.item_number: each.message for each in anomalies(published)}
    for number, item in ours.items():
        if item.covers:
            found.judge(item, by_item.pop(number, []), odd.get(number))
    for number, left in by_item.items():
        found.to_read += [_listed(each, number, None) for each in left]
    _refuse_contradictions(found, ours)
    return FeeUpdate(
        effective_on=published.effective_on,
        file_name=file_name,
        sha256=sha256,
        item_count=len(published.items),
        based_on=known.rulebook.content_hash,
        proposed_at=now,
        fees=tuple(found.fees),
        to_read=tuple(found.to_read),
    )


def unusual(fee: NewFee) -> bool:
    """Say whether a fee moved by more than fees usually do."""
    least, most = USUAL_FACTORS
    return not least <= fee.schedule_fee_cents / fee.was_cents <= most


def _refuse(published: Schedule, known: Known, today: date) -> None:
    day = published.effective_on
    if published.repeated:
        raise ScheduleProblem(
            f"item {published.repeated[0]} stands in it more than once ({len(published.repeated)} such); "
            "download the file again"
        )
    if day > today + FARTHEST_AHEAD:
        raise ScheduleProblem(f"it would take effect on {day}, more than half a year ahead; check the date")
    if day <= known.newest_on:
        raise ScheduleProblem(
            f"it is the schedule of {day}, and ours is of {known.newest_on}: only a later one is imported. "
            "To compare them, use sma mbs check"
        )
    count = len(published.items)
    if _far(count - known.item_count, known.item_count):
        raise ScheduleProblem(
            f"it has {count:,} items where the release before it had {known.item_count:,}: "
            "it is cut off, or another file; download it again"
        )


def _refuse_contradictions(found: "_Found", ours: Mapping[str, OurItem]) -> None:
    held = sum(item.covers for item in ours.values())
    for missed, reason in (
        (found.gone, "does not have {} of our {} items: it is not the whole schedule"),
        (found.stale, "has {} of our {} items with a fee older than ours: it is an earlier release than it says"),
    ):
        if _far(missed, held):
            raise ScheduleProblem(f"it {reason.format(missed, held)}")


def _far(difference: int, whole: int) -> bool:
    return abs(difference) * 100 > whole * USUAL_CHANGE_PERCENT


@dataclass
class _Found:
    """Sorts our items into new fees and what is to be read."""

    published: Schedule
    known: Known
    fees: list[NewFee] = field(default_factory=list)
    to_read: list[ToRead] = field(default_factory=list)
    gone: int = 0
    stale: int = 0

    def judge(self, ours: OurItem, found: list[Difference], oddity: str | None) -> None:
        """Judge one item of ours that has a version on the day of the file."""
        number, day = ours.number, self.published.effective_on
        theirs = self.published.items.get(number)
        if theirs is None:
            self.gone += 1
            self.to_read.append(
                ToRead(item=number, kind="ended", sentence="It is not in the file: it ended.", in_doubt_from=day)
            )
            return
        self.to_read += _to_read(theirs, self.known.newest_on, day)
        if found and oddity:
            self._hold_back(number, "contradiction", f"The file contradicts itself: {oddity}.")
        elif [each.kind for each in found] == ["fee"]:
            self._take(theirs)
        else:
            self.to_read += [_listed(each, number, day) for each in found]

    def _take(self, theirs: PublishedItem) -> None:
        since, cents, number = theirs.fee_starts_on, theirs.schedule_fee_cents, theirs.number
        item = self.known.rulebook.item(number)
        version = item.on(self.published.effective_on)
        was = version.schedule_fee_cents
        if since is None or cents is None or was is None or since > self.published.effective_on:
            self._hold_back(number, "fee", "A fee differs, and from when it counts is not said.")
        elif since <= self.known.newest_on:
            self.stale += 1
            words = f"The file has {format_cents(cents)} since {since}, and we have {format_cents(was)} from then on."
            self._hold_back(number, "fee", words)
        elif since < version.starts_on:
            self._hold_back(number, "fee", f"The fee changed on {since}, before our version of {version.starts_on}.")
        elif capped := _capped(theirs, cents):
            self._hold_back(number, "benefit", capped)
        else:
            benefits = dict(sorted(theirs.benefit_cents_by_percent.items()))
            self.fees.append(
                NewFee(
                    item=number,
                    starts_on=since,
                    was_cents=was,
                    schedule_fee_cents=cents,
                    benefit_cents_by_percent=benefits,
                )
            )

    def _hold_back(self, number: str, kind: str, sentence: str) -> None:
        day = self.published.effective_on
        self.to_read.append(ToRead(item=number, kind=kind, sentence=sentence, in_doubt_from=day))


def _to_read(theirs: PublishedItem, newest_on: date, day: date) -> Iterator[ToRead]:
    """Name what the file says of one of our items beside its fee."""
    if theirs.item_ends_on is not None:
        yield ToRead(
            item=theirs.number,
            kind="ended",
            sentence=f"It ends on {theirs.item_ends_on}.",
            in_doubt_from=max(day, theirs.item_ends_on + timedelta(days=1)),
        )
    since = theirs.description_starts_on
    if since is not None and since > newest_on:
        yield ToRead(
            item=theirs.number,
            kind="descriptor",
            sentence=f"Its wording changed on {since}; its conditions may have.",
            in_doubt_from=min(since, day),
        )


def _capped(theirs: PublishedItem, cents: int) -> str | None:
    for percent, benefit in theirs.benefit_cents_by_percent.items():
        if benefit != benefit_of(cents, percent):
            return f"Its {percent} % benefit is {format_cents(benefit)}, not {percent} % of {format_cents(cents)}."
    return None


def _listed(difference: Difference, number: str, in_doubt_from: date | None) -> ToRead:
    """Keep a difference as it was found. What is new, or has no version of ours, puts nothing of ours in doubt."""
    note = f" ({difference.note})" if difference.note else ""
    words = f"{difference.field}: the file says {difference.theirs}; ours {difference.ours}{note}."
    return ToRead(item=number, kind=difference.kind, sentence=words, in_doubt_from=in_doubt_from)
