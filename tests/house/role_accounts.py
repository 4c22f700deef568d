"""An account, a private line, and letters that each side's clinician owes a referrer, of their closed sessions."""

from typing import Any

from sqlmodel import select

from sma.attendance import Encounter
from sma.claims import Claim, PrivateAccount, ReferrerReport
from sma.claims.papers import AccountPaper, LetterPaper
from sma.claims.queries.accounts import sealed
from sma.claims.queries.referrer_reports import sealed_letter
from sma.core.db import WriteSession
from sma.identity import Role
from sma.scheduling import GroupSession
from tests import factories
from tests.conftest import NOW
from tests.house.role_scene import Scene, Side

OWING_ITEM = "81105"


def owe(scene: Scene, side: Side) -> None:
    """Add an account without lines, an approved private line, one that owes a report, and a letter due and signed."""
    with scene.database.write() as db:
        kept = db.get_one(Claim, side.ids["exported line"])
        account = _account(scene, db, kept)
        private = _line(db, kept, billing_type="private", status="ready")
        owing = _line(db, kept, item_number=OWING_ITEM, status="exported")
        due, signed = _letter(side, owing), _letter(side, owing)
        signed.state, signed.done_at, signed.done_by_id = "signed", NOW, side.doctor.id
        signed.course, signed.letter = "another-course", sealed_letter(_paper())
        db.add_all([account, due, signed])
        scene.common["account_id"] = account.id
        side.ids |= {
            "private line": private.id,
            "owing line": owing.id,
            "letter_id": due.id,
            "signed letter": signed.id,
        }


def _line(db: WriteSession, like: Claim, **changes: Any) -> Claim:
    """A line of somebody else, who came to the same session."""
    person = factories.make_patient(db)
    place = factories.make_appointment(db, db.get_one(GroupSession, like.group_session_id), person, status="fulfilled")
    encounter = Encounter(
        appointment_id=place.id, group_session_id=like.group_session_id, patient_id=person.id, presence="arrived"
    )
    db.add(encounter)
    db.flush()
    own = {"id", "encounter_id", "patient_id", "batch_id", "replaces_id", *changes}
    line = Claim(**like.model_dump(exclude=own), encounter_id=encounter.id, patient_id=person.id, **changes)
    db.add(line)
    db.flush()
    return line


def _account(scene: Scene, db: WriteSession, claim: Claim) -> PrivateAccount:
    number = f"A261123-{len(db.exec(select(PrivateAccount.id)).all()) + 1:03d}"
    paper = AccountPaper(
        number=number,
        issued_on=NOW.date(),
        practice="The clinic",
        practice_address="",
        practice_phone="",
        patient="Somebody",
        day=claim.date_of_service,
        items=(),
    )
    return PrivateAccount(
        number=number,
        patient_id=claim.patient_id,
        date_of_service=claim.date_of_service,
        timezone="Australia/Sydney",
        charged_cents=4505,
        content=sealed(paper),
        issued_at=NOW,
        issued_by_id=scene.users[Role.BILLING].id,
    )


def _letter(side: Side, claim: Claim) -> ReferrerReport:
    return ReferrerReport(
        patient_id=claim.patient_id,
        practitioner_id=side.clinician_id,
        claim_id=claim.id,
        course="a-course",
        moment="last",
        due_since=NOW.date(),
    )


def _paper() -> LetterPaper:
    return LetterPaper(
        reference="1A2B3C4D",
        signed_on=NOW.date(),
        practice="The clinic",
        practice_address="",
        practice_phone="",
        referrer="Dr Field",
        referrer_address="",
        patient="Somebody",
        born_on=None,
        occasion="After the last service",
        services=(NOW.date(),),
        assessment="Steady",
        treatment="Sessions",
        management="Review",
        clinician="The clinician",
        profession="Dietitian",
        provider_number="2448261H",
    )
