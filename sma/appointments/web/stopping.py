"""The one stop page. Whatever the cause, it has the same sentence, status and buttons; only the audit knows more."""

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


def stop_page(
    request: Request,
    db: ReadSession,
    stop: Stopped,
    *,
    session_id: UUID,
    patient_id: UUID,
    user: CurrentUser,
    now: datetime,
) -> Response:
    """Answer a stopped booking: nothing is kept of it but one line in the audit, with the real cause."""
    database: Database = db.info["database"]
    # The refused transaction ends first: on SQLite it holds the only write lock, which the note needs.
    database.abandon(db)
    did = f"{_CAUSES.get(stop.cause, stop.cause)}, not booked"
    audit.note(database, by_id=user.id, did=did, on_kind="refusal", on_id=patient_id, session=str(session_id), now=now)
    with database.read() as reading:
        session = session_of(reading, session_id)
        person = panel(reading, session, patient_id, now=now)
        coming = options(reading, patient_id, now=now, besides=session_id)
    return render(
        request,
        "appointments/stop.html",
        status_code=stop.status,
        message=stop.message,
        session=session,
        person=person,
        offers=[option for option in coming if option.group is Group.CAN_JOIN][:OFFERS],
    )
