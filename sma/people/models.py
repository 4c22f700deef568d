"""People and places: patients with their own answers, practitioners with a number per location."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from sma.core.crypto import Encrypted
from sma.core.db import UtcDateTime
from sma.people.rules import Answered, DobAccuracy, Gender, MedicareState, SafeContact

# First letters are found by a range, which an index serves only where text is ordered by its bytes. SQLite does that
# always, PostgreSQL with this collation.
_BY_BYTES = String(80).with_variant(String(80, collation="C"), "postgresql")


class Organization(SQLModel, table=True):
    """A clinic or service as an imported record names it."""

    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str | None = Field(default=None, max_length=80)
    source_id: str | None = Field(default=None, max_length=80)
    source_hash: str | None = Field(default=None, max_length=64)
    name: str = Field(max_length=200)


class Location(SQLModel, table=True):
    """A place. Without a confirmed time zone it can hold no session.

    `neutral_name` is what leaves the clinic in messages. `is_consulting_rooms` decides the MBS item family and is
    never guessed: None means that nobody has said yet. `modified_monash` is the area (1 to 7) that incentive items go
    by; `minor_id` is the identifier that the practice's claiming software has for this place. `kept_here` names what
    staff changed after an import; a later import leaves those alone.
    """

    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str | None = Field(default=None, max_length=80)
    source_id: str | None = Field(default=None, max_length=80)
    source_hash: str | None = Field(default=None, max_length=64)
    organization_id: UUID | None = Field(default=None, foreign_key="organization.id")
    name: str = Field(max_length=200)
    neutral_name: str | None = Field(default=None, max_length=120)
    address: str | None = Field(default=None, max_length=300)
    suburb: str | None = Field(default=None, max_length=80)
    state: str | None = Field(default=None, max_length=10)
    postcode: str | None = Field(default=None, max_length=10)
    phone: str | None = Field(default=None, max_length=40)
    timezone: str | None = Field(default=None, max_length=40)
    is_consulting_rooms: bool | None = None
    modified_monash: int | None = None
    minor_id: str | None = Field(default=None, max_length=8)
    kept_here: list[str] = Field(default_factory=list, sa_type=JSON)
    is_active: bool = True
    version: int = 1


class Room(SQLModel, table=True):
    """A room and how many people it seats, support people and staff included."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    location_id: UUID = Field(foreign_key="location.id", index=True)
    name: str = Field(max_length=80)
    seats: int


class Patient(SQLModel, table=True):
    """A person who comes. Their answers are theirs: each carries when and from whom it was taken.

    `groups_ok` holds the audiences the person said they are comfortable in ("open", "mens", "womens",
    "named:<label>"); with `groups_state` not `answered` the answer is "ask me each time". `kept_here` names what was
    said or changed in the clinic; a later import leaves those alone.
    """

    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("ix_patient_search", "preferred_search", "family_search"),
        Index("ix_patient_family_search", "family_search"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str | None = Field(default=None, max_length=80)
    source_id: str | None = Field(default=None, max_length=80)
    source_hash: str | None = Field(default=None, max_length=64)
    preferred_name: str = Field(max_length=80)
    given_names: str | None = Field(default=None, max_length=120)
    family_name: str | None = Field(default=None, max_length=80)
    preferred_search: str = Field(sa_type=_BY_BYTES)
    family_search: str = Field(default="", sa_type=_BY_BYTES)
    born_on: date | None = Field(default=None, index=True)
    dob_accuracy: str = Field(default=DobAccuracy.EXACT, max_length=12)
    pronouns: str | None = Field(default=None, max_length=40)
    gender: str = Field(default=Gender.NOT_ASKED, max_length=20)
    gender_term: str | None = Field(default=None, sa_type=Encrypted("patient.gender_term", longest=60))
    gender_source: str | None = Field(default=None, max_length=20)
    gender_on: date | None = None
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    contact_by_email: str = Field(default=SafeContact.NEUTRAL, max_length=10)
    contact_by_phone: str = Field(default=SafeContact.NEUTRAL, max_length=10)
    contact_note: str | None = Field(default=None, sa_type=Encrypted("patient.contact_note"))
    groups_ok: list[str] = Field(default_factory=list, sa_type=JSON)
    groups_state: str = Field(default=Answered.NOT_ASKED, max_length=12)
    groups_asked_on: date | None = None
    groups_source: str | None = Field(default=None, max_length=20)
    indigenous_status: str | None = Field(default=None, max_length=1)
    indigenous_status_state: str = Field(default=Answered.NOT_ASKED, max_length=12)
    indigenous_status_source: str | None = Field(default=None, max_length=20)
    indigenous_status_on: date | None = None
    language: str | None = Field(default=None, max_length=20)
    interpreter_needed: str = Field(default=Answered.NOT_ASKED, max_length=12)  # not-asked, yes, no, declined
    medicare_state: str = Field(default=MedicareState.UNKNOWN, max_length=20)
    deceased_on: date | None = None
    is_deceased: bool = False
    deceased_told_by: str | None = Field(default=None, max_length=20)
    kept_here: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = 1


class Coverage(SQLModel, table=True):
    """A Medicare card with its reference number (IRN), or a DVA file. Sealed; found by exact value or last four."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    kind: str = Field(max_length=10)
    number: str = Field(sa_type=Encrypted("coverage.number"))
    number_index: str = Field(max_length=64, index=True)
    last_four_index: str = Field(max_length=64, index=True)
    irn: str | None = Field(default=None, max_length=1)
    expires_on: date | None = None
    is_current: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class Agreement(SQLModel, table=True):
    """A person's agreement to group care and confidentiality, one row per version and method; never edited."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    text_version: str = Field(max_length=20)
    method: str = Field(max_length=10)
    given_on: date
    recorded_by_id: UUID = Field(foreign_key="staff_user.id")
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RelatedPerson(SQLModel, table=True):
    """Somebody close to a patient. They stand in for messages only by the patient's choice."""

    __tablename__ = "related_person"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str | None = Field(default=None, max_length=80)
    source_id: str | None = Field(default=None, max_length=80)
    source_hash: str | None = Field(default=None, max_length=64)
    patient_id: UUID = Field(foreign_key="patient.id", index=True)
    same_person_as_id: UUID | None = Field(default=None, foreign_key="patient.id")
    name: str = Field(max_length=160)
    relationship: str | None = Field(default=None, max_length=80)
    phone: str | None = Field(default=None, max_length=40)


class Practitioner(SQLModel, table=True):
    """A clinician, facilitator or other worker."""

    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str | None = Field(default=None, max_length=80)
    source_id: str | None = Field(default=None, max_length=80)
    source_hash: str | None = Field(default=None, max_length=64)
    user_id: UUID | None = Field(default=None, foreign_key="staff_user.id", unique=True)
    prefix: str | None = Field(default=None, max_length=20)
    given_names: str | None = Field(default=None, max_length=120)
    family_name: str | None = Field(default=None, max_length=80)
    profession: str = Field(default="other", max_length=40)  # billing.facts.Profession
    is_active: bool = True
    version: int = 1


class PractitionerRole(SQLModel, table=True):
    """A practitioner at one location, with the Medicare provider number that holds there and nowhere else.

    `payee_provider_number` is set only where another provider is paid. An imported role may name no practitioner yet;
    it lands so that somebody can see and complete it.
    """

    __tablename__ = "practitioner_role"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    source: str | None = Field(default=None, max_length=80)
    source_id: str | None = Field(default=None, max_length=80)
    source_hash: str | None = Field(default=None, max_length=64)
    practitioner_id: UUID | None = Field(default=None, foreign_key="practitioner.id", index=True)
    organization_id: UUID | None = Field(default=None, foreign_key="organization.id")
    location_id: UUID | None = Field(default=None, foreign_key="location.id", index=True)
    role_text: str | None = Field(default=None, max_length=120)
    provider_number: str | None = Field(default=None, max_length=8, index=True)
    payee_provider_number: str | None = Field(default=None, max_length=8)
    kept_here: list[str] = Field(default_factory=list, sa_type=JSON)
    is_active: bool = True
