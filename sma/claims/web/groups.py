"""The rows of the work list in their groups, and what is said and offered at the head of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sma.claims.queries import LineRow, Tab
from sma.claims.reasons import Reason
from sma.claims.web.remedies import Fix, fixes_of
from sma.identity import CurrentUser

REASON_WORDS: Mapping[Reason, str] = {
    Reason.DECISION: "One item fits",
    Reason.CHOICE: "A question is open, or several items fit",
    Reason.AGREEMENT: "Assignment of benefit missing",
    Reason.NOTE: "Clinical note not ticked as done",
    Reason.CARD: "Medicare card missing",
    Reason.UNCONFIRMED: "Typed times not confirmed by the clinician",
    Reason.STAY: "When the clinician left the room is missing",
    Reason.TIMES: "Times to put right",
    Reason.PERSON: "A detail of the person is missing",
    Reason.NUMBER: "Provider number missing",
    Reason.PLACE: "The place is not described yet",
    Reason.LIMIT: "A limit, plan or referral to look at",
    Reason.OTHER: "Something else to look at",
    Reason.LOST: "Held back from a batch",
}
_WHAT_TO_DO: Mapping[Reason, str] = {
    Reason.DECISION: "The clinician who gave the service approves each line, or opens it to choose otherwise.",
    Reason.CHOICE: "The clinician opens each line and answers what it asks.",
    Reason.AGREEMENT: "Record each person’s agreement on the page of their session; the lines then follow.",
    Reason.NOTE: "Tick each note that is written on the roll call, then assess again.",
    Reason.CARD: "Enter each card on the person’s page, then assess again.",
    Reason.UNCONFIRMED: "The clinician confirms or withdraws them on the roll call; then assess again.",
    Reason.STAY: "Open a line to correct the clinician’s stay, then assess again.",
    Reason.TIMES: "Correct the times on the roll call, then assess again.",
    Reason.PERSON: "Enter it on the person’s page, then assess again.",
    Reason.NUMBER: "Enter it on the clinician’s page, then assess again.",
    Reason.PLACE: "Say it on the page of the place, then assess again.",
    Reason.LIMIT: "Open each line: it says from which day on, or what has to be entered.",
    Reason.OTHER: "Open each line: it says what to do.",
    Reason.LOST: "",
}


@dataclass(frozen=True)
class Group:
    """Rows that belong together. `count` is of all pages; `fixes` are where their cause is put right."""

    key: str
    title: str
    hint: str
    count: int | None
    rows: Sequence[LineRow]
    fixes: Sequence[Fix]
    sessions: Sequence[UUID]
    session: LineRow | None = None

    @property
    def is_plain(self) -> bool:
        return self.key == Reason.DECISION


def groups_of(
    rows: Sequence[LineRow], tab: Tab, chosen: Reason | None, counts: Mapping[Reason, int], user: CurrentUser, back: str
) -> list[Group]:
    """Group the first tab by what its lines wait for, and every other by session."""
    if tab is not Tab.NEEDS:
        return [_of_session(list(same)) for _, same in groupby(rows, key=lambda row: row.session_id)]
    if chosen is not None:
        return [_of_reason(chosen, rows, counts, user, back)] if rows else []
    by_reason: dict[Reason, list[LineRow]] = {}
    for row in rows:
        by_reason.setdefault(row.first_reason, []).append(row)
    return [_of_reason(reason, same, counts, user, back) for reason, same in by_reason.items()]


def _of_session(rows: Sequence[LineRow]) -> Group:
    first = rows[0]
    return Group(first.session_code, "", "", None, rows, (), (), session=first)


def _of_reason(
    reason: Reason, rows: Sequence[LineRow], counts: Mapping[Reason, int], user: CurrentUser, back: str
) -> Group:
    decided = reason in (Reason.DECISION, Reason.CHOICE)
    return Group(
        key=reason,
        title=REASON_WORDS[reason],
        hint=_WHAT_TO_DO[reason],
        count=counts.get(reason),
        rows=rows,
        fixes=fixes_of(reason, rows, user, back),
        sessions=() if decided else _distinct(row.session_id for row in rows),
    )


def _distinct(values: Iterable[UUID]) -> list[UUID]:
    return list(dict.fromkeys(values))
