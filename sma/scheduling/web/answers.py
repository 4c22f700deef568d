"""What planners type: the form models, their starting values, and how they become plans."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import Field, field_validator

from sma.core import clock
from sma.people.rules import Audience
from sma.scheduling.models import GroupSession, Program, SessionSetting
from sma.scheduling.rules import (
    AudienceBasis,
    MinutesEach,
    Modality,
    ProgramPlan,
    SessionPlan,
    SettingPlan,
    minutes_each,
)
from sma.web import forms
from sma.web.forms import Form, Press

_EARLIEST, _LATEST = date(2020, 1, 1), date(2100, 1, 1)
_FIRST_START = time(10)


# What each field is called beside it, and wherever it is named again: above the form, or where two people disagree.
LABELS = {
    "name": "Name of the program",
    "neutral_label": "Label for everyone",
    "total_minutes": "Length in minutes",
    "item_families": "Kinds of items that may be claimed",
    "is_active": "In use",
    "location_id": "Place",
    "room_id": "Room",
    "modality": "How people take part",
    "on": "Date",
    "starts": "Start",
    "ends": "End",
    "support_places": "Seats kept for support people",
    "clinician_id": "Clinician",
    "facilitator_id": "Facilitator",
    "audience": "Audience",
    "audience_name": "The group's own name",
    "audience_basis": "Reason",
    "audience_note": "More about the reason",
    "review_on": "Review the audience on",
    "session_language": "Language of the session",
    "least": "Minimum",
    "target": "Target",
    "most": "Maximum",
    "clinician_minutes": "Clinician's minutes",
}


class SettingFields(Press):
    audience: Audience = Audience.OPEN
    audience_name: str | None = Field(default=None, max_length=80)
    audience_basis: AudienceBasis | None = None
    audience_note: str | None = Field(default=None, max_length=300)
    review_on: date | None = None
    session_language: str = Field(default="en", max_length=20)
    least: int = Field(ge=1, le=100)
    target: int = Field(ge=1, le=100)
    most: int = Field(ge=1, le=100)
    clinician_minutes: int = Field(ge=0, le=720)
    version: int = 0

    def setting(self) -> SettingPlan:
        return SettingPlan(**{each.name: getattr(self, each.name) for each in fields(SettingPlan)})


class ProgramForm(SettingFields):
    name: str = Field(max_length=120)
    neutral_label: str = Field(max_length=60)
    total_minutes: int = Field(ge=10, le=720)
    item_families: list[str] = Field(default_factory=list)
    is_active: bool = False

    def plan(self) -> ProgramPlan:
        return ProgramPlan(
            name=self.name,
            neutral_label=self.neutral_label,
            total_minutes=self.total_minutes,
            item_families=tuple(self.item_families),
            is_active=self.is_active,
            setting=self.setting(),
        )


class SessionForm(SettingFields):
    program_id: UUID
    location_id: UUID
    room_id: UUID | None = None
    on: date
    starts: time
    ends: time
    modality: Modality = Modality.IN_PERSON
    support_places: int = Field(default=0, ge=0, le=50)
    clinician_id: UUID | None = None
    facilitator_id: UUID | None = None

    @field_validator("starts", "ends")
    @classmethod
    def _clock_of_the_place(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("Give the time as the clock at the place shows it, such as 10:00 or 14:30.")
        return value.replace(second=0, microsecond=0)

    @field_validator("on")
    @classmethod
    def _sensible_year(cls, value: date) -> date:
        if not _EARLIEST <= value <= _LATEST:
            raise ValueError("Check the year of this date.")
        return value

    def plan(self) -> SessionPlan:
        return SessionPlan(
            program_id=self.program_id,
            location_id=self.location_id,
            room_id=self.room_id,
            on=self.on,
            starts=self.starts,
            ends=self.ends,
            modality=self.modality,
            support_places=self.support_places,
            setting=self.setting(),
        )


class Act(Press):
    """A button, with what the page showed."""

    version: int | None = None


class ApprovalForm(Act):
    """The signed-in act behind an audience; `drafts` are those ticked to be approved together with their program."""

    review_on: date | None = None
    drafts: list[UUID] = Field(default_factory=list)


class RoleForm(Act):
    practitioner_id: UUID
    role: str = Field(max_length=20)


ProgramAnswers = Annotated[Form[ProgramForm], Depends(forms.of(ProgramForm))]
SessionAnswers = Annotated[Form[SessionForm], Depends(forms.of(SessionForm))]
RoleAnswers = Annotated[Form[RoleForm], Depends(forms.of(RoleForm))]
ApprovalAnswers = Annotated[Form[ApprovalForm], Depends(forms.of(ApprovalForm))]
ActAnswers = Annotated[Form[Act], Depends(forms.of(Act))]


def start_of_program(program: Program | None = None) -> Form[Any]:
    """The form of a new program, or of one that exists."""
    if program is None:
        return forms.blank(total_minutes=90, is_active=True, **asdict(SettingPlan()))
    return forms.blank(
        name=program.name,
        neutral_label=program.neutral_label,
        total_minutes=program.total_minutes,
        item_families=program.item_families,
        is_active=program.is_active,
        version=program.version,
        **_setting(program),
    )


def start_from_program(program: Program, *, location_id: UUID | None, on: str) -> Form[Any]:
    """The form of a new session with its program's setting copied in."""
    ends = datetime.combine(date.min, _FIRST_START) + timedelta(minutes=program.total_minutes)
    return forms.blank(
        program_id=program.id,
        location_id=location_id,
        on=on or None,
        starts=_FIRST_START,
        ends=ends.time(),
        modality=Modality.IN_PERSON,
        support_places=0,
        **_setting(program),
    )


def start_of_session(session: GroupSession) -> Form[Any]:
    """The form of a session that exists, its times as the clock at its place shows them."""
    starts = clock.local(session.starts_at, session.timezone)
    return forms.blank(
        program_id=session.program_id,
        location_id=session.location_id,
        room_id=session.room_id,
        on=session.held_on,
        starts=starts.time(),
        ends=clock.local(session.ends_at, session.timezone).time(),
        modality=session.modality,
        support_places=session.support_places,
        version=session.version,
        **_setting(session),
    )


def start_of_approval(row: Program | GroupSession) -> Form[Any]:
    """The form of an approval: what is looked at, and when it is to be looked at again."""
    return forms.blank(version=row.version, review_on=row.review_on)


def as_typed(form: Form[Any]) -> Form[Any]:
    """The form as it is so far, without its errors: somebody only asked for the arithmetic."""
    return replace(form, errors={})


def shares(form: Form[Any]) -> list[tuple[str, str, MinutesEach | None]]:
    """Share the clinician's minutes at the target and at the maximum, from whatever is typed so far."""
    minutes = _number(form.text("clinician_minutes"))
    rows = (("At the target", "target"), ("At the maximum", "most"))
    counted = [(label, field, _number(form.text(field))) for label, field in rows]
    return [
        (label, field, minutes_each(minutes, people) if minutes and people else None)
        for label, field, people in counted
    ]


@dataclass(frozen=True)
class Difference:
    """An answer that somebody else changed while this form was open: both values, for the person to decide."""

    field: str
    theirs: str
    yours: str


def compare(
    form: Form[Any], present: Form[Any], words: dict[str, dict[str, str]]
) -> tuple[Form[Any], list[Difference]]:
    """Return the typed form against the row's present version, and where the two differ.

    `words` says a choice's label by field and value.
    """

    def say(source: Form[Any], name: str) -> str:
        value = source.raw.get(name, "")
        values = [value] if isinstance(value, str) else value
        return ", ".join(words.get(name, {}).get(each, each) for each in values) or "empty"

    differences = [
        Difference(name, say(present, name), say(form, name))
        for name in present.raw
        if name not in ("version", "program_id") and say(present, name) != say(form, name)
    ]
    return replace(form, raw={**form.raw, "version": present.text("version")}), differences


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 3 else None


def _setting(row: SessionSetting) -> dict[str, object]:
    return {each.name: getattr(row, each.name) for each in fields(SettingPlan)}
