"""Sessions as the rows of a list and the links of a week.

Each is drawn once for each thing there is to say and then kept: fifty of them are most of the cost of a board. An
entry holds no patient; the names of staff in it leave memory with the process.
"""

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup

from sma.boards.queries import Entry
from sma.web.templating import environment


def lines(entries: Iterable[tuple[Entry, str]], *, with_day: bool = False, can_run: bool = False) -> Markup:
    """Draw sessions as rows, each with the words that say why it is listed. `can_run` adds the way to the roll call."""
    return Markup("").join([_line(entry, reason, with_day, can_run) for entry, reason in entries])


def links(entries: Iterable[Entry]) -> Markup:
    """Draw the sessions of one cell of the week."""
    return Markup("").join([_link(entry) for entry in entries])


@lru_cache(maxsize=2048)
def _line(entry: Entry, reason: str, with_day: bool, can_run: bool) -> Markup:
    values = {"entry": entry, "reason": reason, "with_day": with_day, "can_run": can_run}
    return _drawn("boards/_line.html", values)


@lru_cache(maxsize=2048)
def _link(entry: Entry) -> Markup:
    return _drawn("boards/_link.html", {"entry": entry})


def _drawn(name: str, values: dict[str, object]) -> Markup:
    # Our own templates escape what they are given.
    return Markup(environment().get_template(name).render(values))  # noqa: S704
