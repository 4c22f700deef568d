"""The files in which a clinic keeps the fees it accepted: `mbs/` in the data folder, one a release.

Proposals lie beside them and count for nothing. Nothing is ever written over: an accepted file stays as it is, and a
corrected issue of the same release gets the next number.
"""

import hashlib
import os
import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from billing import BadRulebook
from billing.current import fees_in_use, newest_schedule, use_fees
from billing.fees import FeeUpdate, with_fees
from billing.mbs.releases import Standing, releases, standing
from billing.mbs.schedule import Known, ScheduleProblem, looked_at, propose, read_schedule
from billing.mbs.schedule.papers import BadPaper, read, written
from billing.rulebook import shipped_rulebook
from sma.core import clock
from sma.core.settings import Settings

# The schedule takes effect with the day in its own capital.
SCHEDULE_CLOCK = "Australia/Sydney"

_ACCEPTED = re.compile(r"fees-(\d{8})-(\d+)\.toml")


class BadFees(ValueError):
    """A file of fees that cannot be used. The text says which, and what to do."""


def use_accepted(settings: Settings) -> None:
    """Judge and price by the fees accepted so far, in this process, from now on.

    Raises: BadFees.
    """
    updates = accepted(settings)
    try:
        use_fees(updates)
    except BadRulebook as error:
        raise BadFees(f"The accepted fees do not fit the rulebook of this version: {error}") from error


def accepted(settings: Settings) -> list[FeeUpdate]:
    """Return what was accepted, oldest release first; of several issues of one release, the last.

    Raises: BadFees.
    """
    last = {update.effective_on: update for update in _every(settings)}
    return [last[day] for day in sorted(last)]


def standing_now(now: datetime) -> Standing:
    """Say how the schedule in use stands today: the newest release known, and those that should be here by now."""
    return standing(newest_schedule(), clock.local_date(now, SCHEDULE_CLOCK))


def in_use(updates: list[FeeUpdate]) -> bool:
    """Whether this process judges by these updates: it took them when it started."""
    count = [each for each in updates if each.effective_on > releases().held_on]
    return sorted(count, key=_by_day) == sorted(fees_in_use(), key=_by_day)


def propose_from(
    settings: Settings, file: Path, *, on: date | None, now: datetime, today: date
) -> tuple[FeeUpdate, Path]:
    """Compare a published file with what is held, and keep the proposal. Changes nothing else.

    Returns the proposal and where it lies. Raises: ScheduleProblem, BadFees.
    """
    published = read_schedule(file, effective_on=on)
    digest = _sha256(file)
    if any(update.sha256 == digest for update in _every(settings)):
        raise ScheduleProblem("it was accepted already")
    proposal = propose(
        published,
        _known_before(settings, published.effective_on),
        file_name=file.name,
        sha256=digest,
        looked_at=looked_at(),
        now=now,
        today=today,
    )
    path = _folder(settings) / f"proposal-{published.effective_on:%Y%m%d}-{digest[:8]}.toml"
    _write(path, written(proposal))
    return proposal, path


def read_proposal(path: Path) -> FeeUpdate:
    """Read a proposal as it was written.

    Raises: BadFees.
    """
    return _read(path)


def accept(settings: Settings, proposal: FeeUpdate, *, by: str, now: datetime) -> FeeUpdate | None:
    """Keep a proposal as accepted. Returns None when the same file was accepted before: then nothing changes.

    Raises: BadFees when it is older than what is accepted, or was made against another rulebook.
    """
    before = _every(settings)
    if any(update.sha256 == proposal.sha256 for update in before):
        return None
    day = proposal.effective_on
    newest = max([releases().held_on, *(update.effective_on for update in before)])
    if day < newest:
        raise BadFees(f"This is the schedule of {day}, and that of {newest} is in use: only a later one is accepted.")
    if proposal.based_on != _known_before(settings, day).rulebook.content_hash:
        raise BadFees("What we hold changed since this was proposed. Import the file again, and read the difference.")
    kept = replace(proposal, accepted_by=by, accepted_at=now)
    number = sum(update.effective_on == day for update in before) + 1
    _write(_folder(settings) / f"fees-{day:%Y%m%d}-{number}.toml", written(kept), anew=True)
    return kept


def _known_before(settings: Settings, day: date) -> Known:
    """What is held without the release of that day, so that a corrected issue is compared as the first one was."""
    others = [each for each in accepted(settings) if each.effective_on not in (day, releases().held_on)]
    try:
        rulebook = with_fees(
            shipped_rulebook(), [each for each in others if releases().held_on < each.effective_on < day]
        )
    except BadRulebook as error:
        raise BadFees(str(error)) from error
    if others and others[-1].effective_on > releases().held_on:
        return Known(rulebook=rulebook, newest_on=others[-1].effective_on, item_count=others[-1].item_count)
    return Known(rulebook=rulebook, newest_on=releases().held_on, item_count=releases().held_item_count)


def _every(settings: Settings) -> list[FeeUpdate]:
    """Every accepted file, those of one release in the order in which they were accepted."""
    folder = settings.data_folder / "mbs"
    if not folder.is_dir():
        return []
    names = [(name, path) for path in folder.iterdir() if (name := _ACCEPTED.fullmatch(path.name))]
    return [_read(path) for _, path in sorted(names, key=lambda each: (each[0][1], int(each[0][2])))]


def _read(path: Path) -> FeeUpdate:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (BadPaper, UnicodeDecodeError, OSError) as error:
        raise BadFees(
            f"{path.name} cannot be used: {error}. Put it back from your backup, or import the file again."
        ) from error


def _folder(settings: Settings) -> Path:
    folder = settings.data_folder / "mbs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _write(path: Path, text: str, *, anew: bool = False) -> None:
    """Write a file whole or not at all; `anew` refuses a name that is taken."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".", delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh = Path(file.name)
    if anew:
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            raise BadFees("Somebody else accepted a schedule at this moment. Look, and try again.") from None
        finally:
            fresh.unlink()
    else:
        fresh.replace(path)


def _by_day(update: FeeUpdate) -> date:
    return update.effective_on


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
