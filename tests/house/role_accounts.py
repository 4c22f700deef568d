"""An account, and a letter that each side's clinician owes a referrer, about people of their closed sessions."""

from sqlmodel import col, select

from sma.claims import Claim, PrivateAccount, ReferrerReport
from sma.claims.papers import AccountPaper
from sma.claims.queries.accounts import sealed
from sma.identity import Role
from tests.conftest import NOW
from tests.house.role_scene import Scene, Side


def owe(scene: Scene, side: Side) -> None:
    """Add an account without lines and a letter that is due."""
    with scene.database.write() as db:
        claim = db.exec(select(Claim).where(col(Claim.id) == side.ids["exported line"])).one()
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
        account = PrivateAccount(
            number=number,
            patient_id=claim.patient_id,
            date_of_service=claim.date_of_service,
            timezone="Australia/Sydney",
            charged_cents=4505,
            content=sealed(paper),
            issued_at=NOW,
            issued_by_id=scene.users[Role.BILLING].id,
        )
        letter = ReferrerReport(
            patient_id=claim.patient_id,
            practitioner_id=side.clinician_id,
            claim_id=claim.id,
            course="a-course",
            moment="last",
            due_since=NOW.date(),
        )
        db.add_all([account, letter])
        scene.common["account_id"], side.ids["letter_id"] = account.id, letter.id
