"""The `sma` command: serve, worker, db, user, import, export, mbs, demo, check. Composition root for the terminal."""

from typing import Annotated

import typer

from sma import __version__
from sma.cli import check, data, demo, export, reports, schedule, serve, users

app = typer.Typer(
    name="sma",
    help="Shared medical appointments: schedule, run, and explain every Medicare line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("check")(check.check)
app.command("export")(export.export)
app.add_typer(data.db, name="db")
data.imports.command("report")(reports.report)
app.add_typer(data.imports, name="import")
app.add_typer(users.app, name="user")
app.add_typer(schedule.app, name="mbs")
app.add_typer(demo.app, name="demo")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command."""
    app()
