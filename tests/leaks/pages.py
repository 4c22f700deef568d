"""Opens every page of the lived day as every role, and says who may be found on it."""

import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from sqlmodel import select

from sma.identity import CurrentUser, Permission, Role
from sma.messages import Communication
from tests.leaks.artefacts import LISTED, NAMES, NOTHING, PERSONAL, REASONS, SETTING, Artefact
from tests.leaks.day import ABSENT, ELSEWHERE, MOVED, TAKEN_BACK, WAITING, Day
from tests.leaks.tokens import NOBODYS

HEAD = re.compile(rb'(?:href|action|src|hx-[a-z]+)="([^"]*)"')
HERE = frozenset(range(11))
THERE = frozenset({MOVED, ELSEWHERE})
EVERYBODY = HERE | THERE
ASSIGNED = {Role.FACILITATOR, Role.CLINICIAN}


def all_pages(day: Day, *, roles: tuple[str, ...] | None = None) -> Iterator[Artefact]:
    """Yield each page, the addresses on it and the address it led to."""
    for who in roles or tuple(day.browsers):
        for path, people, fields in _paths(day):
            yield from _opened(day, who, path, *_allowed(day, who, people, fields, path))
        for number in (0, 1):
            word = day.guests[number].words["preferred_name"][:3]
            yield from _opened(day, who, "/people/search", EVERYBODY, PERSONAL, form={"text": word})


def refusals(day: Day) -> Iterator[Artefact]:
    """Yield the answers to acts that are refused; a refusal names nobody."""
    unknown, guest, desk = UUID(int=7), day.guests[3], Role.FRONT_DESK
    closed = f"/sessions/{day.ids['session']}/appointments"
    first = {"patient_id": str(day.patients[0]), "reason": "patient", "session_id": str(day.ids["session"])}
    name = guest.words["preferred_name"]
    tries = [
        (Role.ADMINISTRATOR, f"/people/{day.patients[3]}", None),
        (desk, "/claims", None),
        (desk, f"/people/{day.patients[3]}/identifiers", None),
        (desk, f"/people/{unknown}", None),
        (desk, f"/people/{urlencode({'q': name})}", None),
        (desk, f"/nothing-here?{urlencode({'q': name})}", None),
        (desk, closed, first),
        (desk, f"/appointments/{day.places[3]}/cancellation", first),
        (desk, f"/appointments/{day.places[MOVED]}/move", first),
        (desk, f"/appointments/{day.places[3]}/restoration", {}),
        (desk, f"/appointments/{day.places[3]}/presence", {"presence": "absent"}),
        (desk, f"/sessions/{day.ids['session']}/closing", {}),
        (desk, f"/messages/{unknown}/retry", {}),
        ("another clinician", f"/claims/{day.lines[3]}/approval", {"item_number": "3"}),
        (Role.MANAGER, f"/claims/{day.lines[0]}/void", {}),
        (desk, "/sign-out", None),
    ]
    for who, path, form in tries:
        for kind in ("text/html", "application/json"):
            yield from _opened(day, who, path, frozenset(), NOTHING, form=form, kind="refusal", accept=kind)


def typed_wrong(day: Day) -> Iterator[Artefact]:
    """Yield forms that are drawn again with what was typed: the person's own words, for whoever typed them."""
    guest = day.guests[2]
    words = guest.words
    person = {"preferred_name": words["preferred_name"], "family_name": words["family_name"], "born_on": "32/13/1990"}
    card = {"kind": "medicare", "number": guest.card[0][:9] + "0", "irn": "x"}
    for path, form in (("/people", person), (f"/people/{day.patients[2]}/coverage", card)):
        fields = PERSONAL | {"medicare"}
        yield from _opened(day, Role.FRONT_DESK, path, frozenset({2}), fields, form=form)


def _paths(day: Day) -> Iterator[tuple[str, frozenset[int], frozenset[str]]]:
    for path in ("/today", "/week", "/today?show=waiting", "/today?show=not-closed", "/people", "/people/new"):
        yield path, frozenset(), NOTHING
    for path in ("/programs", f"/programs/{day.ids['program']}", "/sessions/new", "/users", "/operations", "/account"):
        yield path, frozenset(), NOTHING
    for path in ("/practitioners", f"/practitioners/{day.ids['clinician']}", f"/locations/{day.ids['location']}"):
        yield path, frozenset(), NOTHING
    yield "/messages", EVERYBODY, NAMES
    for path in ("/questions", f"/questions/{day.ids['question']}"):
        yield path, frozenset({WAITING}), NAMES | {"pronouns", "answer_of_lead"}
    with day.clinic.database.read() as db:
        messages = db.exec(select(Communication.id, Communication.patient_id)).all()
    for message_id, patient_id in messages:
        yield f"/messages/{message_id}", frozenset({day.patients.index(patient_id)}), NAMES | {"email", "phone"}
    for name, people in (("session", HERE), ("elsewhere", THERE)):
        root = f"/sessions/{day.ids[name]}"
        for part in ("", "/plan", "/appointments/new", "/walk-ins", "/closing", "/cancellation", "/sheets/staff"):
            yield root + part, people, LISTED | {"reason_minutes", "answer_of_lead"}
        for part in ("/day", "/entered-presences", "/sheets/evidence"):
            yield root + part, people, LISTED | REASONS
        yield f"{root}/sheets/sign-in", people, frozenset({"preferred_name"})
        yield f"{root}/appointments/new?patient_id={day.patients[0]}", frozenset({0}), LISTED
        for part in ("/claims", "/assignments"):
            yield root + part, people, LISTED | {"reason_not_billed"}
    yield from _of_one(day)
    for path in ("/claims", "/claims?tab=not-billed", "/claims?tab=exported", "/claims?tab=ready"):
        yield path, HERE, LISTED | {"reason_not_billed"}
    for path in ("/claim-batches", f"/claim-batches/{day.ids.get('batch')}", *(f"/exports/{e}" for e in day.exports)):
        yield path, HERE, LISTED


def _of_one(day: Day) -> Iterator[tuple[str, frozenset[int], frozenset[str]]]:
    for number in (0, 1):
        root = f"/people/{day.patients[number]}"
        for part in ("", "/edit", "/comfort", "/agreement", "/coverage", "/appointments/new"):
            yield root + part, frozenset({number}), PERSONAL | {"reason_minutes"}
        yield f"{root}/identifiers", frozenset({number}), LISTED | {"medicare"}
        place = f"/appointments/{day.places[number]}"
        for part in ("/presence", "/entered-consults", "/cancellation", "/move"):
            yield place + part, frozenset({number}), LISTED | REASONS
    for number in (ABSENT, TAKEN_BACK):
        yield f"/appointments/{day.places[number]}/presence", frozenset({number}), LISTED | REASONS
    yield f"/clinician-presences/{day.ids['stay']}/correction", frozenset({0}), frozenset({"reason_stay"})
    for number, line_id in day.lines.items():
        yield f"/claims/{line_id}", frozenset({number}), LISTED | REASONS | {"reason_not_billed"}


def _allowed(
    day: Day, who: str, people: frozenset[int], fields: frozenset[str], path: str
) -> tuple[frozenset[int], frozenset[str]]:
    user = day.users[who]
    if not user.may(Permission.SEE_PEOPLE):
        people, fields = frozenset(), NOTHING
    if who in ASSIGNED or user.may(Permission.SEE_SETTINGS):
        people, fields = people | {NOBODYS}, fields | SETTING
    # An answer goes from the cultural lead to whoever asked, and stands beside who waits for those who book.
    reads_answers = who in (Role.CULTURAL_LEAD, Role.FACILITATOR)
    if not reads_answers and (path.startswith("/questions") or not user.may(Permission.BOOK)):
        fields -= {"answer_of_lead"}
    if path.startswith("/people/"):
        people, fields = people | {NOBODYS}, fields | _own_answers(user)
    return people, fields


def _own_answers(user: CurrentUser) -> frozenset[str]:
    """What a person said about themselves goes to whoever needs it for their care, or for an item that asks for it."""
    shown: set[str] = set()
    if user.may(Permission.CONFIRM_MINUTES):
        shown |= {"gender_term", "indigenous"}
    if user.may(Permission.SEE_IDENTIFIERS):
        shown |= {"indigenous"}
    if any(map(user.may, (Permission.SEE_SETTINGS, Permission.PASS_WARNING, Permission.CONFIRM_MINUTES))):
        shown |= {"named_group", "audience"}
    return frozenset(shown)


def _opened(
    day: Day,
    who: str,
    path: str,
    people: frozenset[int],
    fields: frozenset[str],
    *,
    form: dict[str, str] | None = None,
    kind: str = "page",
    accept: str = "text/html",
) -> Iterator[Artefact]:
    connection = http.client.HTTPConnection("127.0.0.1", day.clinic.ports[0], timeout=60)
    headers = {"Cookie": f"sma_session={day.browsers[who].token}", "Sec-Fetch-Site": "same-origin", "Accept": accept}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    method = "GET" if form is None else "POST"
    try:
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    name = f"{who} {method} {path} ({answer.status})"
    assert answer.status < 500, name
    if kind == "refusal":
        assert answer.status >= 300, name
    yield Artefact(kind, name, body, people, fields)
    led = [answer.getheader(header) or "" for header in ("location", "hx-redirect", "hx-push-url", "set-cookie")]
    yield Artefact("address", name, b"\n".join([*HEAD.findall(body), *(each.encode() for each in led)]))
