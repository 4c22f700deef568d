"""`sma import report`: what came back about lodged claims, from a file of any length."""

from pathlib import Path
from typing import Annotated

import typer

from sma.claims import ReportRefused, check_report, import_report
from sma.cli.common import fail, open_database
from sma.core import clock


def report(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV of results, or a report as JSON.")],
    others_too: Annotated[
        bool, typer.Option("--others-too", help="A deposit may hold claims that were made in another system.")
    ] = False,
) -> None:
    """Take in what came back about claims: the whole file, or nothing of it.

    Ends with 1 when a row cannot be used, and names it. The same file twice changes nothing.
    """
    with open_database() as database:
        try:
            checked = check_report(lambda: file.open("rb"))
            with database.write() as db:
                taken = import_report(db, checked, others_too=others_too, by=None, now=clock.now())
        except ReportRefused as refusal:
            raise fail(_refusal(refusal)) from None
        except OSError as error:
            raise fail(f"The file cannot be read: {error.strerror}. Nothing was changed.") from None
    kept = taken.report
    if not taken.is_new:
        typer.echo(f"This very file was taken in before, as report {kept.reference}. Nothing was changed.")
        return
    counts = ", ".join(f"{count:,} {state}" for state, count in kept.counts.items())
    typer.echo(f"Taken in as report {kept.reference}: {kept.row_count:,} rows ({counts}).")


def _refusal(refusal: ReportRefused) -> str:
    rows = [f"  row {row}: {reason}" if row else f"  {reason}" for row, reason in refusal.problems]
    more = ["  and more like these"] if refusal.more else []
    return "\n".join(["The report was not taken in. Nothing was changed.", *rows, *more])
