"""`sma mbs`: the published Medicare Benefits Schedule beside our own items."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from billing import Rulebook, load_rulebook
from billing.fees import FeeUpdate
from billing.mbs.schedule import (
    Schedule,
    ScheduleProblem,
    anomalies,
    changes,
    differences,
    looked_at,
    ours_on,
    read_schedule,
    unusual,
)
from billing.money import format_cents
from sma import fees
from sma.cli.common import fail, open_database, read_settings, take_fees
from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.identity import CurrentUser, Permission, User, as_current, roles_of

app = typer.Typer(help="The published Medicare Benefits Schedule.", no_args_is_help=True)

READABLE_FILE = typer.Argument(exists=True, dir_okay=False, help="The published XML, plain or gzip.")


@app.command()
def check(
    file: Annotated[Path, READABLE_FILE],
    against: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="An earlier file: list every change since.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day the file takes effect, if its name lacks it.")
    ] = None,
) -> None:
    """Read a published schedule and list every difference from our items (or from an earlier file).

    Ends with 1 when the file cannot be read. Differences are for a person to read; nothing is changed.
    """
    published = _read(file, on)
    typer.echo(f"{len(published.items):,} items, in force from {published.effective_on:%d %B %Y}")
    earlier = _read(against, None) if against else None
    for anomaly in anomalies(published, earlier):
        where = f"item {anomaly.item_number}: " if anomaly.item_number else ""
        typer.echo(f"  look: {where}{anomaly.message}")
    take_fees(read_settings())
    rulebook = load_rulebook()
    found = (
        changes(earlier, published)
        if earlier
        else differences(published, ours_on(rulebook, published.effective_on), looked_at=looked_at())
    )
    for difference in found:
        typer.echo(f"  {difference.sentence}")
    compared = "the earlier file" if earlier else f"the versions of our {len(rulebook.items)} items for that day"
    typer.echo(f"{len(found)} differences from {compared}.")
    if not earlier:
        _beside_newest(published, rulebook)


@app.command("import")
def import_(
    file: Annotated[Path, READABLE_FILE],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day the file takes effect, if its name lacks it.")
    ] = None,
) -> None:
    """Propose the fees of a newer schedule: prints every difference and keeps a proposal. No fee changes yet."""
    settings = read_settings()
    take_fees(settings)
    now = clock.now()
    try:
        proposal, path = fees.propose_from(
            settings,
            file,
            on=on.date() if on else None,
            now=now,
            today=clock.local_date(now, fees.SCHEDULE_CLOCK),
        )
    except ScheduleProblem as problem:
        raise fail(f"{file.name} cannot be used: {problem}. Nothing was changed.") from None
    except fees.BadFees as problem:
        raise fail(f"{problem} Nothing was changed.") from None
    for line in _told(proposal):
        typer.echo(line)
    typer.echo(f"Nothing is changed yet. Read the list; to use these fees:  sma mbs accept {path} --by USERNAME")


@app.command()
def accept(
    proposal: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A proposal of sma mbs import.")],
    by: Annotated[str, typer.Option(help="The user name of whoever read the difference and accepts it.")],
) -> None:
    """Use the fees of a proposal from their dates on. Doing it twice changes nothing."""
    settings = read_settings()
    with open_database() as database:
        try:
            wanted = fees.read_proposal(proposal)
            with database.write() as db:
                user = _accepting(db, by)
                # Both or neither: a file that cannot be written takes the entry in the history back.
                audit.record(
                    db,
                    by=user,
                    did="accept-fees",
                    on=user,
                    now=clock.now(),
                    schedule=wanted.effective_on.isoformat(),
                    fees=len(wanted.fees),
                    file=wanted.sha256,
                )
                kept = fees.accept(settings, wanted, by=user.username, now=clock.now())
                if kept is None:
                    typer.echo("That schedule was accepted before. Nothing was changed.")
                    raise typer.Exit
        except fees.BadFees as problem:
            raise fail(f"{problem} Nothing was changed.") from None
    typer.echo(
        f"Accepted: {_fees_of(kept)}. Start the server and every worker again to use them"
        " (and copy the folder mbs to each other machine)."
    )


def _accepting(db: WriteSession, username: str) -> CurrentUser:
    user = db.exec(select(User).where(col(User.username) == username.strip().lower())).first()
    if user is None or not user.is_active:
        raise fail("Nobody with that user name may sign in. Nothing was changed.")
    somebody = as_current(user, roles_of(db, user.id))
    if not (somebody.may(Permission.SEE_OPERATIONS) or somebody.may(Permission.EXPORT_CLAIMS)):
        raise fail("Fees are accepted by a manager, an administrator or billing. Nothing was changed.")
    return somebody


def _told(proposal: FeeUpdate) -> Iterator[str]:
    """The difference, what deserves a look first."""
    yield f"{proposal.item_count:,} items, in force from {proposal.effective_on:%d %B %Y}"
    if proposal.to_read:
        yield "For a person to read; none of this is applied:"
    for each in proposal.to_read:
        yield f"  item {each.item}: {each.kind}: {each.sentence}"
    if proposal.fees:
        yield "New fees:"
    for fee in sorted(proposal.fees, key=lambda each: not unusual(each)):
        factor = fee.schedule_fee_cents / fee.was_cents
        odd = " - look: fees seldom move so far" if unusual(fee) else ""
        yield (
            f"  item {fee.item}: {format_cents(fee.was_cents)} to {format_cents(fee.schedule_fee_cents)} "
            f"from {fee.starts_on} (factor {factor:.3f}){odd}"
        )
    yield f"{_fees_of(proposal)}, {len(proposal.to_read)} to read."


def _fees_of(update: FeeUpdate) -> str:
    return f"{len(update.fees)} new fees of the schedule of {update.effective_on:%d %B %Y}"


def _beside_newest(published: Schedule, rulebook: Rulebook) -> None:
    """Where we hold later versions than the file's, show both fees and the factor between them."""
    newest = max(version.starts_on for item in rulebook.items for version in item.versions)
    if newest <= published.effective_on:
        return
    later = differences(published, ours_on(rulebook, newest), looked_at=looked_at())
    typer.echo(f"Beside our newer versions, in force from {newest:%d %B %Y}:")
    for difference in later:
        typer.echo(f"  {difference.sentence}")
    typer.echo(f"{len(later)} differences from our newer versions.")


def _read(file: Path, on: datetime | None) -> Schedule:
    def unreadable(reason: str) -> typer.Exit:
        return fail(f"{file.name} cannot be used: {reason}. Nothing was changed.")

    try:
        return read_schedule(file, effective_on=on.date() if on else None)
    except ScheduleProblem as problem:
        raise unreadable(str(problem)) from None
    except OSError as error:
        raise unreadable(error.strerror or sys.exc_info()[0].__name__) from None  # type: ignore[union-attr]
