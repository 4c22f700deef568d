"""`sma serve` and `sma worker`."""

import errno
import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from sma import migrations
from sma.app import create_app
from sma.cli.common import fail, open_keys, read_settings, take_fees
from sma.cli.demo import show_logins
from sma.cli.holding import hold
from sma.core.settings import Settings
from sma.messages import transport_for
from sma.worker import Waker, create_worker
from sma.worker.child import WorkerChild, run_worker


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes any free one.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate (PEM).", exists=True)] = None,
    key: Annotated[Path | None, typer.Option(help="TLS private key (PEM).", exists=True)] = None,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Run a worker beside the web server.")
    ] = True,
) -> None:
    """Bring the database up to date, then serve the clinic's pages (and a worker beside them)."""
    settings = read_settings()
    asked = {"host": host, "port": port}
    settings = settings.model_copy(update={name: value for name, value in asked.items() if value is not None})
    if (certificate is None) != (key is None):
        raise fail("Give both --certificate and --key, or neither.")
    if settings.is_production and certificate is None and settings.host not in ("127.0.0.1", "::1"):
        raise fail(
            "In production, pages leave this machine over https only: give --certificate and --key, "
            "or listen on 127.0.0.1 behind a reverse proxy."
        )
    _check_mail(settings)
    open_keys(settings)
    take_fees(settings)
    listening = _listen(settings)
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    _hold(settings)
    migrations.upgrade(settings.resolved_database_url)
    app = create_app(settings, waker=Waker(create_worker(settings)))
    child = WorkerChild() if with_worker else None
    if child is not None:
        child.start()
    here = settings.listens_at("https" if certificate else "http")
    typer.echo(f"Serving on {here}  (Ctrl+C stops)")
    if not settings.is_production:
        show_logins(app.state.database, here)
    try:
        uvicorn.Server(_config(app, certificate, key)).run(sockets=[listening])
    finally:
        if child is not None:
            child.stop()


def worker() -> None:
    """Run a worker with the timetable; any number may run, here or on other machines."""
    settings = read_settings()
    open_keys(settings)
    take_fees(settings)
    _hold(settings)
    raise typer.Exit(run_worker(settings))


def _hold(settings: Settings) -> None:
    if not hold(settings.data_folder):
        raise fail("The demonstration is being loaded again. Start this when that is done.")


def _config(app: FastAPI, certificate: Path | None, key: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        # The access log would keep addresses, and addresses hold what people searched for.
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1,::1",
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
        timeout_graceful_shutdown=10,
    )


def _check_mail(settings: Settings) -> None:
    """Refuse a mail address that no worker could use, now rather than with the first invitation."""
    try:
        transport_for(settings)
    except ValueError as error:
        raise fail(str(error)) from None


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything is changed, so that starting twice by mistake stops here."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen(256)
    except OSError as error:
        raise fail(_why_not(settings, error)) from None
    listening.set_inheritable(True)
    return listening


def _why_not(settings: Settings, error: OSError) -> str:
    """Say why nobody can listen there, and what to do."""
    other = f"Choose another port: sma serve --port {settings.port + 1} (or: make run PORT={settings.port + 1})."
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.port} on {settings.host} is in use. If this program runs already, "
                f"open {settings.listens_at('http')}. {other}"
            )
        case errno.EACCES:
            return f"Only the machine's administrator may use port {settings.port}. {other}"
        case _:
            return f"This machine cannot listen on {settings.host} ({error.strerror}). Check SMA_HOST or --host."
