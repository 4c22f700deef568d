"""The same files as `ics`, for a whole session at once.

A session's calendar is built a single time by icalendar and cut at the lines that differ between people;
only those are written anew, by the same encoders. A property test holds the bytes equal to the full build.
"""

from datetime import datetime
from functools import lru_cache

from icalendar.parser import Contentline
from icalendar.prop import vCalAddress, vDatetime, vInt, vText

from calendars.events import Event
from calendars.ics import Method, attendee, build
from calendars.text import plain_line, plain_text

_TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION")
_PERSONAL = frozenset(("DTSTAMP", "CREATED", "LAST-MODIFIED", "UID", "SEQUENCE", *_TEXTS, "ATTENDEE"))
# icalendar folds lines of 75 octets and more. Asking it letter by letter whether a short line is short
# would be most of the work.
_SHORTEST_FOLDED = 75


class AnotherSession(ValueError):
    """The event differs from its batch in time, zone or clinic, so the batch cannot write it."""


class InvitationBatch:
    """Writes the files of one session's people, one call each, in any order.

    Each call may differ from `session_event` in uid, sequence, stamps, texts and attendee, in nothing else.
    Not for several threads at once.
    """

    def __init__(self, session_event: Event, method: Method = "REQUEST", *, rsvp: bool = False) -> None:
        self._session = _session_of(session_event)
        self._rsvp = rsvp
        self._texts: dict[str, tuple[str, bytes]] = {}
        self._pieces = _cut(build(session_event, method, rsvp=rsvp).content_lines(sorted=False))

    def __call__(self, event: Event) -> bytes:
        """The bytes for one person, equal to those of the full build.

        Raises: AnotherSession.
        """
        if _session_of(event) != self._session:
            raise AnotherSession("the event is not of this batch's session")
        revised = _stamp(event.revised_at)
        personal = {
            "DTSTAMP": b"DTSTAMP:" + revised,
            "CREATED": b"CREATED:" + _stamp(event.created_at),
            "LAST-MODIFIED": b"LAST-MODIFIED:" + revised,
            "UID": _line("UID", vText(event.uid)),
            "SEQUENCE": b"SEQUENCE:" + vInt(event.sequence).to_ical(),
            "SUMMARY": self._text("SUMMARY", plain_line(event.summary)),
            "DESCRIPTION": self._text("DESCRIPTION", plain_text(event.description)),
            "LOCATION": self._text("LOCATION", plain_line(event.location)),
            "ATTENDEE": _line("ATTENDEE", attendee(event, rsvp=self._rsvp)),
        }
        lines = [personal[piece] if isinstance(piece, str) else piece for piece in self._pieces]
        return b"\r\n".join(lines)

    def _text(self, name: str, text: str) -> bytes:
        # Most texts are one session's, not one person's: the last line written usually serves again.
        last = self._texts.get(name)
        if last is None or last[0] != text:
            last = self._texts[name] = (text, _line(name, vText(text)))
        return last[1]


def session_invitations(session_event: Event, *, rsvp: bool = False) -> InvitationBatch:
    """Invite everyone of a session: call the result with each person's event."""
    return InvitationBatch(session_event, "REQUEST", rsvp=rsvp)


def session_cancellations(session_event: Event) -> InvitationBatch:
    """Tell everyone of a session that it is off: call the result with each person's event."""
    return InvitationBatch(session_event, "CANCEL")


def _session_of(event: Event) -> tuple[object, ...]:
    return event.starts, event.ends, event.timezone, event.organiser_name, event.organiser_address


def _cut(lines: list[Contentline]) -> list[bytes | str]:
    """What all people share as bytes, and between it the names of the lines each person has for themselves.

    Joined by line ends, the pieces are the file; the last one is empty, because a file ends with one.
    """
    pieces: list[bytes | str] = []
    shared: list[bytes] = []
    is_event = False
    for line in lines:
        is_event = is_event or line == "BEGIN:VEVENT"
        name = line.replace(";", ":", 1).partition(":")[0]
        if is_event and name in _PERSONAL:
            pieces += [b"\r\n".join(shared), name] if shared else [name]
            shared = []
        else:
            shared.append(_octets(line))
    return [*pieces, b"\r\n".join(shared)]


def _line(name: str, value: vText | vCalAddress) -> bytes:
    return _octets(Contentline.from_parts(name, value.params, value, sorted=False))


def _octets(line: Contentline) -> bytes:
    octets = line.encode()
    return octets if len(octets) < _SHORTEST_FOLDED else bytes(line.to_ical())  # type: ignore[no-untyped-call]


@lru_cache(maxsize=256)
def _stamp(at: datetime) -> bytes:
    return bytes(vDatetime(at).to_ical())  # type: ignore[no-untyped-call]
