"""A fictional batch for the export tests: seven people of one group session, one with a withdrawal."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.exports import Batch, Line, numbered, voiding

START = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Australia/Sydney"))

PEOPLE = (
    ("ARCHIBALD", "Dante", date(1985, 12, 2), "4951651671", "1"),
    ("BALLANTYNE", "Flavia", date(1973, 6, 17), "6951826031", "1"),
    ("BALLANTYNE", "Kelvin", date(1978, 1, 9), "6951826031", "2"),
    ("BANKS", "Jeramy", date(1971, 5, 14), "2954541041", "1"),
    ("BANKS", "Mia", date(1983, 8, 25), "2954541041", "2"),
    ("BARATZ", "Toni", date(1978, 6, 16), "6951825241", "1"),
    ("Nguyễn", "Thị Hoa", date(1980, 6, 1), "2509999891", "1"),
)


def make_line(person: int = 0, **changes: Any) -> Line:
    family, given, born, card, irn = PEOPLE[person]
    line = Line(
        line_no=person + 1,
        session_id="s-0001",
        session_date=date(2026, 11, 24),
        session_start=START,
        session_end=START + timedelta(minutes=90),
        delivery_mode="in_person",
        location_name="Riverside, Room 2",
        minor_id=None,
        servicing_provider_number="2447781L",
        servicing_provider_name="Dr Okafor",
        payee_provider_number=None,
        service_type_code="O",
        hospital=False,
        proposed_claim_seq=1,
        voucher_id=f"{person + 1:02d}",
        service_id=f"{person + 1:04d}",
        patient_ref=f"00{person + 41}",
        patient_family_name=family,
        patient_given_name=given,
        patient_dob=born,
        medicare_number=card,
        medicare_irn=irn,
        dva_file_number=None,
        concession_type=None,
        concession_number=None,
        billing_type="bulk",
        mbs_item="23",
        item_description='Consultation, "Level B"',
        charge_cents=4505,
        benefit_cents=4505,
        number_of_patients_seen=None,
        service_text=None,
        duplicate_override=False,
        restrictive_override=None,
        referral_provider_number=None,
        referral_provider_name=None,
        referral_issue_date=None,
        referral_period_code=None,
        referral_period_months=None,
        referral_override=None,
        aob_agreement_id=f"aob-{person + 1}",
        aob_type="post",
        aob_date=date(2026, 11, 24),
        aob_assignor_is_patient=True,
        attendance_status="attended",
        mbs_schedule_version="2026-07-01",
        validation_status="ready",
        validation_codes="",
        kind="item",
        replaces_batch_ref=None,
        replaces_line_no=None,
        schedule_fee_cents=4505,
    )
    return line._replace(**changes)


def make_batch(lines: Any = None, **changes: Any) -> Batch:
    facts: dict[str, Any] = {
        "reference": "B20261124-01",
        "exported_at": datetime(2026, 11, 24, 2, 15, 30, tzinfo=UTC),
        "schedule_version": "2026-07-01",
        "rulebook_hash": "0" * 64,
        "practice_name": "Riverside Clinic",
        "lines": numbered(make_line(person) for person in range(7)) if lines is None else lines,
        "last_day": lambda served: served + timedelta(days=365),
    }
    return Batch(**{**facts, **changes})


def replacing_batch() -> Batch:
    """An exported item 3 withdrawn, and the longer item in its place."""
    short = make_line(4, mbs_item="3", charge_cents=2055, benefit_cents=2055, schedule_fee_cents=2055)
    return make_batch(numbered([make_line(4), voiding(short, "B20261124-01")]), reference="B20261124-02")
