"""`sma mbs`: the published Medicare Benefits Schedule beside our own items."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from billing import Rulebook, load_rulebook
from billing.mbs.schedule import (
    Schedule,
    ScheduleProblem,
    anomalies,
    changes,
    differences,
    looked_at,
    ours_on,
    read_schedule,
)
from sma.cli.common import fail

app = typer.Typer(help="The published Medicare Benefits Schedule.", no_args_is_help=True)

READABLE_FILE = typer.Argument(exists=True, dir_okay=False, help="The published XML, plain or gzip.")


@app.callback()
def _group() -> None:
    """Keep `check` a subcommand while it is the only one."""


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
