"""The answer to a form that was sent before: where it led then, and what it said, while that is still so."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import Request, Response

from sma.appointments import queries
from sma.core.db import ReadSession
from sma.web.flash import Said
from sma.web.htmx import go_to

_UNDO = "?undo="


def replay(request: Request, db: ReadSession, led_to: str, says: Mapping[str, Said]) -> Response:
    """Lead where the first press led. `says` holds what was said by the state that the act left the place in.

    Once the place has changed again, the page says and offers nothing: nothing has happened now.
    """
    page, is_there, place = led_to.partition(_UNDO)
    status, _ = queries.state_of_place(db, UUID(place)) if is_there else ("", 0)
    said = says.get(status)
    return go_to(request, led_to if said else page, say=said)
