"""Turns one frozen revision into one person's mail. The same revision always gives the same bytes.

Nothing but the recipient's own first name and the neutral facts of the visit goes in: no program, no audience, no
other person, no count.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import local
from typing import Any
from uuid import UUID

from calendars import (
    Event,
    InvitationBatch,
    NotAnAddress,
    NotAnEvent,
    WallTimeProblem,
    plain_address,
    plain_name,
    session_cancellations,
    session_invitations,
    timezone_words,
)
from sma.messages.mime import NotAMessage, build_message
from sma.messages.rules import IN_CALENDAR, CommunicationKind
from sma.messages.transports import Parcel
from sma.web.templating import day, render_text, time12

LOCALE = "en"
# A change to one session goes to everybody in it one after the other; more than a few are seldom under way at once.
_BATCHES_KEPT = 8
_BATCHES = local()


@dataclass(frozen=True)
class Clinic:
    """The sender as the outside world sees it; the alias does not give a condition away."""

    alias: str
    address: str
    phone: str


@dataclass(frozen=True)
class Letter:
    """What one message says, before it becomes a mail: for sending and for the staff's view of it."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Facts:
    """One revision and its recipient as plain values."""

    revision_id: UUID
    kind: CommunicationKind
    uid: str
    sequence: int
    created_at: datetime
    revised_at: datetime
    details: dict[str, Any]
    recipient_name: str
    recipient: str
    first_message_id: str | None

    @property
    def starts(self) -> datetime:
        return datetime.fromisoformat(self.details["starts"])

    @property
    def ends(self) -> datetime:
        return datetime.fromisoformat(self.details["ends"])


class CannotBeWritten(Exception):
    """No mail can carry this to this address."""


def message_id(revision_id: UUID, clinic: Clinic) -> str:
    """Name a message for life: a repeat after a crash carries the same name and can be recognised."""
    return f"<{revision_id.hex}@{plain_address(clinic.address).rpartition('@')[2]}>"


def write(facts: Facts, clinic: Clinic) -> Letter:
    """Write the letter from the templates of its kind."""
    starts, ends, zone = facts.starts, facts.ends, facts.details["timezone"]
    context = {
        "name": facts.recipient_name,
        "clinic": clinic,
        "day": day(starts),
        "from_time": time12(starts),
        "to_time": time12(ends),
        "zone": timezone_words(starts, zone),
        "place": facts.details["place"],
        "address": facts.details.get("address") or "",
        "phone": facts.details.get("phone") or clinic.phone,
    }
    folder = f"messages/{facts.kind}/{LOCALE}"
    return Letter(
        subject=" ".join(render_text(f"{folder}/subject.txt", **context).split()),
        text=render_text(f"{folder}/body.txt", **context),
        html=render_text(f"{folder}/body.html", **context),
    )


def parcel(facts: Facts, clinic: Clinic) -> Parcel:
    """Make the finished mail, with its calendar part unless it is a waiting-list notice.

    Raises: CannotBeWritten when the person's address or the visit's facts fit no mail: somebody has to ring.
    """
    try:
        return _parcel(facts, clinic)
    except (NotAnAddress, NotAnEvent, NotAMessage, WallTimeProblem) as problem:
        raise CannotBeWritten from problem


def _parcel(facts: Facts, clinic: Clinic) -> Parcel:
    letter = write(facts, clinic)
    cancelled = facts.kind is CommunicationKind.CANCELLATION
    calendar, method = None, None
    if facts.kind in IN_CALENDAR:
        event = _event(facts, clinic)
        method = "CANCEL" if cancelled else "REQUEST"
        calendar = _calendar(event, method)
    name = message_id(facts.revision_id, clinic)
    content = build_message(
        sender_name=clinic.alias,
        sender_address=clinic.address,
        recipient_name=plain_name(facts.recipient_name),
        recipient_address=facts.recipient,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=name,
        references=facts.first_message_id if facts.first_message_id != name else None,
        date=facts.revised_at,
        calendar=calendar,
        method=method,
    )
    return Parcel(plain_address(clinic.address), plain_address(facts.recipient), name, content)


def _calendar(event: Event, method: str) -> bytes:
    """Write one person's file; the people of one session share the part that is the same for all of them."""
    # As text, because two equal moments of different offsets are different lines of a file.
    times = event.starts.isoformat(), event.ends.isoformat(), event.timezone
    key = (method, *times, event.organiser_name, event.organiser_address)
    # A batch serves one thread at a time, so each thread keeps its own.
    kept: OrderedDict[object, InvitationBatch] = _BATCHES.__dict__.setdefault("kept", OrderedDict())
    batch = kept.get(key)
    if batch is None:
        batch = session_cancellations(event) if method == "CANCEL" else session_invitations(event)
        kept[key] = batch
        if len(kept) > _BATCHES_KEPT:
            kept.popitem(last=False)
    return batch(event)


def _event(facts: Facts, clinic: Clinic) -> Event:
    details = facts.details
    place = ", ".join(part for part in (details["place"], details.get("address")) if part)
    return Event(
        uid=facts.uid,
        sequence=facts.sequence,
        revised_at=_whole_seconds(facts.revised_at),
        created_at=_whole_seconds(facts.created_at),
        starts=facts.starts,
        ends=facts.ends,
        timezone=details["timezone"],
        summary=f"Appointment – {clinic.alias}",
        description=f"Questions? Call {details.get('phone') or clinic.phone}.",
        location=place,
        organiser_name=clinic.alias,
        organiser_address=clinic.address,
        attendee_name=facts.recipient_name,
        attendee_address=facts.recipient,
    )


def _whole_seconds(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
