"""The one stop page. Whatever the cause, it has the same sentence, status and buttons; only the audit knows more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request, Response

from sma.appointments.queries import options, panel, session_of
from sma.appointments.queries.options import Group
from sma.appointments.rules import Stopped
from sma.core import audit
from sma.core.db import Database, ReadSession
from sma.identity import CurrentUser
from sma.web.templating import render

OFFERS = 3
# Codes of checks in the words of the audit.
_CAUSES = {
    "suit": "mismatch",
    "place": "full",
    "time": "booked elsewhere",
    "waiting": "others wait",
    "person": "withheld",
}


@dataclass(frozen=True)
class Door:
    """Where somebody was stopped: the page's buttons post `answers` to `address` again, so that nothing is lost.

    `name` is for a newcomer, of whom nothing is kept yet.
    """

    address: str
    back: str
    answers: Mapping[str, str]
    name: str = ""


def stop_page(
    request: Request,
    db: ReadSession,
    stop: Stopped,
    *,
    session_id: UUID,
    patient_id: UUID | None,
    user: CurrentUser,
    now: datetime,
    door: Door | None = None,
) -> Response:
    """Answer a stopped booking or walk-in: nothing is kept of it but one line in the audit, with the real cause.

    Without a `door` it is the desk's: the buttons put the person on this session's list.
    """
    database: Database = db.info["database"]
    # The refused transaction ends first: on SQLite it holds the only write lock, which the note needs.
    database.abandon(db)
    did = f"{_CAUSES.get(stop.cause, stop.cause)}, not booked"
    audit.note(database, by_id=user.id, did=did, on_kind="refusal", on_id=patient_id, session=str(session_id), now=now)
    with database.read() as reading:
        person = panel(reading, session_of(reading, session_id), patient_id, now=now) if patient_id else None
        coming = options(reading, patient_id, now=now, besides=session_id) if patient_id else []
    return render(
        request,
        "appointments/stop.html",
        status_code=stop.status,
        message=stop.message,
        name=person.preferred if person else door.name if door else "",
        patient_id=patient_id,
        door=door
        or Door(f"/sessions/{session_id}/appointments", f"/sessions/{session_id}", {"patient_id": str(patient_id)}),
        offers=[option for option in coming if option.group is Group.CAN_JOIN][:OFFERS],
    )
