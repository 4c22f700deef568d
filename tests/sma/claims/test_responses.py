"""What comes back: each service's state, nothing half taken in, nothing overwritten, totals right throughout."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlmodel import col, select

from sma.claims import Claim, ClaimBatch, ClaimStatus, make_batches, void_and_replace
from sma.claims.actions import propose_again
from sma.claims.models import ClaimLine, ClaimReport, PaymentRunClaim, ServiceResult
from sma.claims.queries import effective_totals, responses_of
from sma.claims.queries.responses import is_exception, newest_states
from sma.claims.rules import LodgementRefused, NotRejected, NotYourLine, ReportRefused
from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.identity import Role
from tests.factories import make_user
from tests.sma.claims.factories import CARDS, CLOSED, DAY, YarnUp, later, propose_now, yarn_up
from tests.sma.claims.returned import LODGED, freeze, lodge, payment, results, row, services, take_in

SEVEN = dict.fromkeys(["P01", "P02", "P03", "P04", "P06", "P07", "P08"], "23")


@pytest.fixture
def day(database: Database) -> YarnUp:
    with database.write() as db:
        day = yarn_up(db)
    propose_now(database, day.session.id)
    return day


@pytest.fixture
def batch(database: Database, day: YarnUp) -> ClaimBatch:
    return freeze(database, day, SEVEN)


def states(database: Database) -> list[Any]:
    found = newest_states()
    with database.read() as db:
        by_line = (
            sqlalchemy.select(found)
            .join(Claim, col(Claim.id) == found.c.claim_id)
            .order_by(col(Claim.patient_id), col(Claim.id))
        )
        return list(db.connection().execute(by_line))


def refused(database: Database, day: YarnUp, content: bytes, **changes: Any) -> list[tuple[int, str]]:
    with pytest.raises(ReportRefused) as refusal:
        take_in(database, day, content, **changes)
    return list(refusal.value.problems)


def kept(database: Database) -> tuple[int, int]:
    with database.read() as db:
        return len(db.exec(select(ClaimReport)).all()), len(db.exec(select(ServiceResult)).all())


def test_each_service_comes_back_in_its_state(database: Database, day: YarnUp, batch: ClaimBatch) -> None:
    lodge(database, day, batch)
    taken = take_in(
        database,
        day,
        results(
            row("0001", "01"),
            row("0002", "02", 4000, "161"),
            row("0003", "03", 4506),
            row("0004", "04", 0, "208", current_medicare_number=CARDS[4][0], current_irn="2"),
            row("0005", "05", 0, "254"),
            row("0006", "06", 0, "999"),
        ),
    )

    assert Counter(each.state for each in states(database)) == {
        "paid": 1,
        "short": 1,
        "over": 1,
        "rejected": 2,
        "pended": 1,
        "not-returned": 1,
    }
    assert taken.report.counts == {"paid": 1, "short": 1, "over": 1, "rejected": 2, "pended": 1}
    assert sum(each.benefit_cents for each in states(database)) == 4505 + 4000 + 4506


def test_a_charge_that_was_keyed_too_low_is_short_of_our_line_although_paid_in_full(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(row("0001", "01", 4000, charge_cents="4000")))

    assert Counter(each.state for each in states(database)) == {"short": 1, "not-returned": 6}


def test_of_items_claimed_together_the_worst_counts_and_one_that_was_paid_keeps_the_line_from_being_claimed_again(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    claim, line = services(database, batch)[0]
    beside = {"line_no": 8, "service_id": "0008", "item_number": "10990", "charge_cents": 815}
    with database.write() as db:
        db.add(ClaimLine(**{**line.model_dump(exclude={"id"}), **beside}))
    take_in(database, day, results(row("0001", "01"), row("0008", "01", 0, "529", mbs_item="10990")))
    (found,) = [each for each in states(database) if each.claim_id == claim.id]

    assert (found.state, found.rejected, found.services) == ("rejected", 1, 2)
    assert (found.charge_cents, found.benefit_cents, found.reason_code) == (5320, 4505, "529")
    with database.read() as db:
        shown = responses_of(db, claim.id)
    assert shown is not None
    assert (shown.is_partly_rejected, shown.was_rejected, shown.benefit_cents) == (True, False, 4505)
    with database.write() as db, pytest.raises(NotRejected):
        propose_again(db, claim.id, by=day.billing, now=later(120))


def test_what_is_open_needs_somebody_only_after_the_usual_days(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(row("0001", "01"), row("0002", "02", 0, "254"), row("0003", "03", 0, "208")))
    found = newest_states()

    def exceptions(days: int) -> list[str]:
        with database.read() as db:
            query = sqlalchemy.select(found.c.state).where(is_exception(found, DAY + timedelta(days=days), 10))
            return sorted(db.connection().execute(query).scalars())

    assert exceptions(9) == ["rejected"]
    assert exceptions(10) == ["not-returned"] * 4 + ["pended", "rejected"]


def test_the_identifiers_of_a_report_are_sealed_and_in_no_history(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(row("0001", "01", current_medicare_number=CARDS[4][0], current_irn="2")))

    with database.read() as db:
        raw = db.connection().exec_driver_sql("SELECT current_medicare_number, current_irn FROM service_result").one()
        said = json.dumps([event.details for event in db.exec(select(AuditEvent))])
        assert db.exec(select(ServiceResult.current_medicare_number)).one() == CARDS[4][0]
    assert CARDS[4][0] not in str(raw)
    assert CARDS[4][0] not in said
    assert '"rows": 1' in said


def test_a_report_with_one_unknown_claim_is_refused_whole_and_names_the_row(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    problems = refused(database, day, results(row("0001", "01"), row("0002", "02", claim_id="K0001@")))

    assert problems == [(3, "no batch here is recorded as lodged under claim id K0001@")]
    assert kept(database) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lodgement_date": "2026-11-23"}, "for another payee or day of lodgement"),
        ({"payee_provider_number": "2409661B"}, "for another payee or day of lodgement"),
        ({"service_id": "0099"}, "has no service 0099"),
        ({"voucher_id": "07"}, "is on voucher 02, not 07"),
        ({"patient_ref": "somebody-else"}, "names somebody else"),
        ({"service_id": "0001", "voucher_id": "01"}, "row 2 is about the same service"),
    ],
)
def test_a_row_that_is_about_none_of_our_lines_stops_the_report(
    database: Database, day: YarnUp, batch: ClaimBatch, changes: dict[str, str], reason: str
) -> None:
    lodge(database, day, batch)
    cells = {"service_id": "0002", "voucher_id": "02", **changes}
    second = row(cells.pop("service_id"), cells.pop("voucher_id"), **cells)
    ((number, said),) = refused(database, day, results(row("0001", "01"), second))

    assert (number, reason in said) == (3, True)
    assert kept(database) == (0, 0)


def test_the_same_file_twice_changes_nothing_and_says_so(database: Database, day: YarnUp, batch: ClaimBatch) -> None:
    lodge(database, day, batch)
    content = results(row("0001", "01"))
    first, second = take_in(database, day, content), take_in(database, day, content, minutes=120)

    assert (first.is_new, second.is_new) == (True, False)
    assert second.report.id == first.report.id
    assert kept(database) == (1, 1)


def test_a_later_report_has_the_last_word_and_the_earlier_one_stays(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(row("0001", "01", 0, "254")))
    with database.read() as db:
        before = db.exec(select(ServiceResult)).one().model_dump()
    take_in(database, day, results(row("0001", "01")), minutes=95)

    assert Counter(each.state for each in states(database)) == {"paid": 1, "not-returned": 6}
    with database.read() as db:
        assert db.get_one(ServiceResult, before["id"]).model_dump() == before


def test_under_a_corrected_claim_id_what_came_back_under_the_old_one_no_longer_counts(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    content = results(row("0001", "01"))
    take_in(database, day, content)
    lodge(database, day, batch, "F3849@", reason="Misread the letter", now=later(100))

    assert {each.state for each in states(database)} == {"not-returned"}
    assert refused(database, day, content, minutes=110)[0][1].startswith("no batch here")
    lodge(database, day, batch, reason="It was right the first time", now=later(120))
    assert take_in(database, day, content, minutes=130).is_new
    assert Counter(each.state for each in states(database)) == {"paid": 1, "not-returned": 6}


def test_a_claim_id_is_recorded_once_for_a_day_in_the_past_and_a_correction_says_why(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    lodge(database, day, batch)
    for changes in (
        {"claim_id": "I3848@"},
        {"claim_id": "f3848@"},
        {"on": DAY + timedelta(days=1)},
        {"on": DAY - timedelta(days=1)},
        {"claim_id": "G0001@"},
    ):
        with pytest.raises(LodgementRefused):
            lodge(database, day, batch, **changes)
    with database.read() as db:
        assert len(db.exec(select(AuditEvent).where(col(AuditEvent.did) == "record-lodgement")).all()) == 1


def test_two_batches_cannot_stand_under_one_claim_id_of_one_day(database: Database, day: YarnUp) -> None:
    first, second = freeze(database, day, {"P01": "23"}), freeze(database, day, {"P02": "23"})
    lodge(database, day, first)
    with pytest.raises(LodgementRefused):
        lodge(database, day, second)
    lodge(database, day, second, "F3848@", DAY + timedelta(days=1), now=LODGED + timedelta(days=1))
    (problem,) = refused(database, day, results(row("0001", "01", lodgement_date="2026-11-26")))

    assert "another payee or day" in problem[1]


def test_a_processing_report_finds_its_batch_by_claim_and_provider(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    service = {"itemNumber": "00023", "chargeAmount": "4505", "benefitPaid": "0", "assessmentCode": "209"}
    events = [{"id": f"{number:02d}", "service": [service | {"id": f"{number:04d}"}]} for number in range(1, 8)]
    claim = {"claimId": "F3848@", "serviceProvider": {"providerNumber": "2447781L"}, "medicalEvent": events}
    taken = take_in(database, day, json.dumps({"status": "COMPLETE", "claimAssessment": claim}).encode())

    assert (taken.report.format, taken.report.row_count, taken.report.counts) == ("json", 7, {"rejected": 7})


def test_a_rejected_line_becomes_a_new_version_and_the_totals_hold_before_and_after(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(*(row(f"{n:04d}", f"{n:02d}", 0 if n == 1 else 4505, "208") for n in range(1, 8))))
    old = services(database, batch)[0][0]
    with database.read() as db:
        before = effective_totals(db)
    with database.write() as db:
        new = void_and_replace(db, old.id, by=day.billing, now=later(120))
        assert new is not None
    with database.read() as db:
        between = effective_totals(db)
        again = db.get_one(Claim, old.id)
    name = next(name for name, patient in day.patients.items() if patient == old.patient_id)
    second = freeze(database, day, {name: "23"}, now=later(130))

    assert before[:2] == (7, 31535)
    assert between[:2] == (6, 31535 - 4505)
    assert (again.status, again.item_number, again.benefit_cents) == (ClaimStatus.VOID, "23", 4505)
    assert new.replaces_id == old.id
    with database.read() as db:
        assert effective_totals(db) == before
        assert db.exec(select(Claim).where(col(Claim.kind) == "void")).all() == []
    assert (second.line_count, second.charge_cents) == (1, 4505)
    assert batch.charge_cents == 31535


def test_a_line_that_was_taken_back_and_then_came_back_rejected_takes_nothing_back(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    old = services(database, batch)[0][0]
    with database.write() as db:
        void_and_replace(db, old.id, by=day.doctor, now=later(110))
    take_in(database, day, results(*(row(f"{n:04d}", f"{n:02d}", 0 if n == 1 else 4505, "208") for n in range(1, 8))))
    name = next(name for name, patient in day.patients.items() if patient == old.patient_id)

    second = freeze(database, day, {name: "23"}, now=later(130))

    assert (second.line_count, second.charge_cents) == (1, 4505)
    with database.read() as db:
        assert effective_totals(db)[:2] == (7, 31535)
        (withdrawn,) = db.exec(select(Claim).where(col(Claim.kind) == "void")).all()
    assert withdrawn.status == ClaimStatus.WITHDRAWN


def test_a_paid_line_is_still_taken_back_by_a_void_and_only_by_its_clinician(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(row("0001", "01"), row("0002", "02", 0, "254")))
    paid, pended = (services(database, batch)[place][0] for place in (0, 1))
    with database.write() as db:
        for line in (paid, pended):
            with pytest.raises(NotYourLine):
                void_and_replace(db, line.id, by=day.billing, now=later(120))
    with database.write() as db:
        void_and_replace(db, paid.id, by=day.doctor, now=later(120))
    with database.write() as db:
        (withdrawal,) = make_batches(db, by=day.billing, now=later(121))

    assert withdrawal.charge_cents == -4505


def test_a_rejected_line_is_not_proposed_again_by_somebody_who_neither_bills_nor_gave_it(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    take_in(database, day, results(row("0001", "01", 0, "208")))
    with database.write() as db:
        other = replace(make_user(db, Role.CLINICIAN), stepped_up_at=CLOSED)
        with pytest.raises(NotYourLine):
            void_and_replace(db, services(database, batch)[0][0].id, by=other, now=later(120))


def test_a_deposit_is_kept_with_its_claims_and_one_claim_of_elsewhere_stops_it_unless_said(
    database: Database, day: YarnUp, batch: ClaimBatch
) -> None:
    lodge(database, day, batch)
    content = payment(36040, {"F3848@": 31535, "A0001@": 4505})
    ((number, reason),) = refused(database, day, content)
    taken = take_in(database, day, content, others_too=True)

    assert (number, reason) == (2, "no batch here is recorded as A0001@ on 24 Nov 2026")
    assert taken.report.counts == {"ours": 1, "elsewhere": 1}
    with database.read() as db:
        claims = db.exec(select(PaymentRunClaim).order_by(col(PaymentRunClaim.row_no))).all()
    assert [claim.batch_id for claim in claims] == [batch.id, None]
