"""Structured logs without personal data: codes, ids and counts only.

An allow-list, not a block-list: a key that is not known to be harmless is dropped before a line is written, so a
careless `log.info("x", name=…)` prints nothing. Exceptions log their type and where they rose, never their text,
because database drivers quote the values of the statement that failed.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

HARMLESS = frozenset(
    word
    for line in (
        "event level timestamp logger request_id outbox_id kind code status method route ms count attempt error",
        "where path_template task port host folder version export_id batch_reference user_id format rows",
        "seconds state signal pid reference places",
    )
    for word in line.split()
)


def keep_harmless(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that could carry a person."""
    error = entry.pop("exc_info", None)
    if error:
        raised = error if isinstance(error, BaseException) else sys.exc_info()[1]
        if raised is not None:
            frames = traceback.extract_tb(raised.__traceback__)
            entry["error"] = type(raised).__name__
            entry["where"] = f"{frames[-1].filename.rsplit('/', 2)[-1]}:{frames[-1].lineno}" if frames else "?"
    return {key: value for key, value in entry.items() if key in HARMLESS}


class _Quiet(logging.Formatter):
    """For library loggers: the logger's name, level and message template, without arguments or traceback."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {"event": str(record.msg), "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info and record.exc_info[1] is not None:
            entry["error"] = type(record.exc_info[1]).__name__
        rendered = structlog.processors.JSONRenderer()(None, "", entry)
        return rendered if isinstance(rendered, str) else rendered.decode()


def set_up(level: str = "INFO") -> None:
    """Send our own logs and the libraries' to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_harmless,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        # Looked up at each line: whoever redirects standard error later gets the lines too.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Quiet())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def get(name: str) -> Any:
    """Return a logger. Use only keys of HARMLESS."""
    return structlog.get_logger(name)
