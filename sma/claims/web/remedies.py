"""Where what keeps a line back is put right: the page for each cause, for those who may change something there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sma.claims.judgement import UNCONFIRMED_RULE, waits_for_stay
from sma.claims.queries import Evidence, LineRow
from sma.claims.reasons import Reason
from sma.claims.rules import ClaimStatus
from sma.identity import CurrentUser, Permission


@dataclass(frozen=True)
class _Page:
    needs: Permission
    label: str
    url: str


_DAY = _Page(Permission.RUN_SESSION, "Open the roll call", "/sessions/{session}/day")
_STAY = _Page(Permission.RUN_SESSION, "Correct the clinician’s stay", "/clinician-presences/{stay}/correction")
_ASSIGNMENTS = _Page(Permission.RUN_SESSION, "Open the assignments of benefit", "/sessions/{session}/assignments")
_CARD = _Page(Permission.EDIT_PEOPLE, "Enter the Medicare card", "/people/{person}/coverage")
_PERSON = _Page(Permission.EDIT_PEOPLE, "Change the person's details", "/people/{person}/edit")
_NUMBER = _Page(Permission.PLAN_SESSIONS, "Enter the provider number", "/practitioners/{practitioner}")
_PAYER = _Page(Permission.SEE_CLAIMS, "Choose who pays", "/claims/{claim}/payer")
_HISTORY = _Page(Permission.RECORD_ENTITLEMENTS, "Open their Medicare history", "/people/{person}/medicare")
_POLICY = _Page(Permission.SEE_CLAIMS, "See what the practice decided", "/claims/policy")
_ABOUT_PAYING = frozenset({"coverage", "benefit-assigned"})
# By the kind of rule that the finding names.
_PAGES = {
    "attended": _DAY,
    "benefit-assigned": _ASSIGNMENTS,
    "coverage": _CARD,
    "frequency": _HISTORY,
    "group-together": _DAY,
    "indigenous-status": _PERSON,
    "individual-time": _DAY,
    "inside-presence": _DAY,
    "minutes": _DAY,
    "my-medicare": _HISTORY,
    "no-overlap": _DAY,
    "note-done": _DAY,
    "practice-policy": _POLICY,
    "prerequisite": _HISTORY,
    "provider-number": _NUMBER,
    "referral": _HISTORY,
    UNCONFIRMED_RULE: _DAY,
}
# What a line can have lost between its approval and the freezing of the batch.
_LOST = (_CARD, _PERSON, _NUMBER, _ASSIGNMENTS)


def pages_for(evidence: Evidence, user: CurrentUser) -> list[tuple[str, str]]:
    """Return the label and address of each page where this user can put right what keeps the line back."""
    rules = [obstacle.rule for choice in evidence.choices for obstacle in choice.obstacles]
    # What the clinician may answer while approving can be recorded instead, so that nobody is asked again.
    asked = [question.rule for choice in evidence.choices for question in choice.questions]
    pages: Iterable[_Page] = [_PAGES[rule] for rule in (*rules, *asked) if rule in _PAGES]
    claim, waits_on = evidence.claim, evidence.judged["evidence"]
    if waits_for_stay(evidence.judged):
        pages = (_STAY,)
    elif not rules and waits_on["unconfirmed"]:
        pages = (_DAY,)
    elif not rules and claim.status == ClaimStatus.BLOCKED:
        pages = _LOST
    if _ABOUT_PAYING & set(rules):
        pages = (*pages, _PAYER)
    ids = {
        "claim": claim.id,
        "session": claim.group_session_id,
        "person": claim.patient_id,
        "practitioner": claim.practitioner_id,
        "stay": waits_on["open_stay"],
    }
    return [(page.label, page.url.format(**ids)) for page in dict.fromkeys(pages) if user.may(page.needs)]


@dataclass(frozen=True)
class Fix:
    """A page where the cause of one line, or of all lines of a session, is put right; it leads back to the list."""

    row: LineRow
    lines: int
    label: str
    url: str


# By what lines wait for. Those of a session or a clinician are put right together, those of a person one by one.
_OF_REASON = {
    Reason.AGREEMENT: _ASSIGNMENTS,
    Reason.NOTE: _Page(Permission.RUN_SESSION, "Tick the notes", "/sessions/{session}/day"),
    Reason.CARD: _CARD,
    Reason.UNCONFIRMED: _Page(Permission.RUN_SESSION, "Look at the times", "/sessions/{session}/day"),
    Reason.TIMES: _DAY,
    Reason.PERSON: _PERSON,
    Reason.LIMIT: _HISTORY,
    Reason.NUMBER: _NUMBER,
    Reason.PLACE: _Page(Permission.PLAN_SESSIONS, "Open the place", "/locations/{place}"),
}


def fixes_of(reason: Reason, rows: Sequence[LineRow], user: CurrentUser, back: str) -> list[Fix]:
    """Return each page, once, where this user can put right what these lines wait for."""
    page = _OF_REASON.get(reason)
    if page is None or not user.may(page.needs):
        return []
    by_url: dict[str, list[LineRow]] = {}
    for row in rows:
        ids = {
            "session": row.session_id,
            "person": row.patient_id,
            "practitioner": row.practitioner_id,
            "place": row.location_id,
        }
        by_url.setdefault(page.url.format(**ids), []).append(row)
    return [Fix(same[0], len(same), page.label, f"{url}?next={quote(back, safe='')}") for url, same in by_url.items()]
