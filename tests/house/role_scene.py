"""The clinic in which the role table is asked: each role's own session, and one that they are not on."""

import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlmodel import select

from sma.core import crypto
from sma.core.db import Database, WriteSession
from sma.core.settings import Settings
from sma.identity import CurrentUser, Role
from sma.identity.models import LoginSession
from tests import factories
from tests.conftest import NOW
from tests.engines import copy_of_sqlite

PROVIDER_NUMBERS = {"own": "2448261H", "other": "2449541L"}  # HL7 Australia's test data (CC0)


@dataclass
class Side:
    """One clinician with sessions in every state; `ids` are the rows in them by the names that addresses use."""

    doctor: CurrentUser
    clinician_id: UUID
    facilitator_ids: list[UUID]
    ids: dict[str, UUID] = field(default_factory=dict)


class Scene:
    """The seeded clinic: who is signed in with which token, and what addresses may name."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        face = folder / "clock"
        face.write_text(NOW.isoformat())
        self.settings = Settings(data_folder=folder / "data", test_clock=face, database_url=None, _env_file=None)
        self.settings.data_folder.mkdir(parents=True, exist_ok=True)
        crypto.install(self.settings.keyring)
        self._path = copy_of_sqlite(self.settings.data_folder.resolve() / "sma.db")
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        self.database = Database(f"sqlite:///{self._path}")
        self.users: dict[Role, CurrentUser] = {}
        self.tokens: dict[str, str] = {}
        self.sides: dict[str, Side] = {}
        self.logins: dict[str, UUID] = {}
        self.common: dict[str, UUID] = {}
        with self.database.write() as db:
            self._sign_everybody_in(db)
            self._lay_ground(db)

    def ids(self, whose: str) -> dict[str, UUID]:
        """Return every id by name: those of one's own sessions, or of the others'."""
        return self.common | self.sides["other" if whose == "other" else "own"].ids

    def keep(self) -> None:
        """Remember the database as it is now."""
        live = sqlite3.connect(self._path)
        live.backup(self._kept)
        live.close()

    def put_back(self) -> None:
        """Undo every change since `keep`."""
        live = sqlite3.connect(self._path, timeout=30)
        self._kept.backup(live)
        live.close()

    def close(self) -> None:
        self.database.dispose()
        self._kept.close()

    def _sign_everybody_in(self, db: WriteSession) -> None:
        for role in Role:
            self.users[role], self.tokens[role] = factories.make_login(db, role, username=f"the-{role}")
        self.common["user_id"] = factories.make_user(db, Role.FRONT_DESK).id
        names = {user.id: role for role, user in self.users.items()}
        for row in db.exec(select(LoginSession)):
            self.logins[names[row.user_id]] = row.id
            # By the clinic's clock; proof of who is there counts for ten minutes.
            row.created_at = row.last_seen_at = row.stepped_up_at = NOW
            row.expires_at = NOW + timedelta(hours=12)

    def _lay_ground(self, db: WriteSession) -> None:
        location = factories.make_location(db)
        program = factories.make_program(
            db,
            name="Heart yarn",
            audience="mens",
            audience_basis="preference",
            review_on=NOW.date() + timedelta(days=300),
        )
        patient = factories.make_patient(db, preferred_name="Sandra")
        self.common |= {
            "location_id": location.id,
            "room_id": factories.make_room(db, location).id,
            "program_id": program.id,
            "patient_id": patient.id,
            "person who died": factories.make_patient(db, is_deceased=True).id,
            "practitioner_id": factories.make_practitioner(db).id,
        }
        for whose, number in PROVIDER_NUMBERS.items():
            doctor = self.users[Role.CLINICIAN] if whose == "own" else factories.make_user(db, Role.CLINICIAN)
            clinician = factories.make_practitioner(db, location, provider_number=number, user_id=doctor.id)
            helpers = [self.users[role] for role in Role if role is not Role.CLINICIAN] if whose == "own" else []
            helpers = helpers or [factories.make_user(db, Role.FACILITATOR)]
            facilitators = [factories.make_practitioner(db, user_id=helper.id).id for helper in helpers]
            self.sides[whose] = Side(doctor, clinician.id, facilitators)
