"""What came back, on the pages: entered and taken in by whoever bills, read by clinicians for their own lines."""

import csv
import io

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from billing.returns import HEADER
from sma.claims.models import ClaimLodgement, ClaimReport
from sma.core import clock
from sma.identity import Role
from sma.people import Patient
from tests.conftest import SignIn
from tests.sma.claims.clinic import LEVEL_B, Clinic
from tests.sma.claims.factories import CARDS, DAY, PROVIDER_NUMBER
from tests.sma.claims.returned import payment, results, row

LODGED = {"claim_reference": "f3848@", "lodged_on": DAY.isoformat()}


@pytest.fixture
def batch(clinic: Clinic) -> str:
    clinic.approve(*LEVEL_B)
    return clinic.batch()


@pytest.fixture
def lodged(clinic: Clinic, batch: str) -> str:
    assert clinic.billing.post(f"{batch}/claim-reference", data=LODGED).status_code == 303
    return batch


def send(browser: TestClient, content: bytes, **fields: str) -> tuple[int, str]:
    answer = browser.post("/claim-reports", files={"file": ("Mary Smith.csv", content)}, data=fields)
    return answer.status_code, answer.headers.get("location") or answer.text


def taken_in(clinic: Clinic, content: bytes, **fields: str) -> str:
    status, where = send(clinic.billing, content, **fields)
    assert status == 303, where
    return where


def test_the_claim_id_is_entered_on_the_batch_and_said_as_the_practices_own_act(clinic: Clinic, lodged: str) -> None:
    page = clinic.billing.get(lodged).text

    assert "Recorded as lodged by the practice: <strong>F3848@</strong>" in page
    assert "submitted" not in page
    assert "Correct the claim id" in page
    assert "Correct the claim id" not in clinic.doctor.get(lodged).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"claim_reference": "I3848@"}, "A claim id is a letter, four digits"),
        ({"lodged_on": "2027-01-01"}, "This day is still to come"),
        ({"lodged_on": "2026-11-01"}, "The batch was frozen after this day"),
        ({"lodged_on": ""}, "Day it was lodged"),
    ],
)
def test_a_wrong_claim_id_or_day_stays_as_typed_and_is_explained(
    clinic: Clinic, batch: str, typed: dict[str, str], said: str
) -> None:
    answer = clinic.billing.post(f"{batch}/claim-reference", data=LODGED | typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{(LODGED | typed)["claim_reference"]}"' in answer.text
    with clinic.database.read() as db:
        assert db.exec(select(ClaimLodgement)).all() == []


def test_a_correction_says_why_and_both_stay(clinic: Clinic, lodged: str) -> None:
    refused = clinic.billing.post(f"{lodged}/claim-reference", data=LODGED | {"claim_reference": "F3849@"})
    corrected = LODGED | {"claim_reference": "F3849@", "reason": "Misread"}
    assert clinic.billing.post(f"{lodged}/claim-reference", data=corrected).status_code == 303
    page = clinic.billing.get(f"{lodged}/claim-reference").text

    assert (refused.status_code, "Say why it changes" in refused.text) == (422, True)
    assert "F3849@" in page
    assert "F3848@</strong>" in page
    assert "corrected since" in page


def test_a_report_is_taken_in_and_its_page_says_each_line_in_our_words(clinic: Clinic, lodged: str) -> None:
    content = results(
        row("0001", "01"),
        row("0002", "02", 4000, "161"),
        row("0003", "03", 0, "208", current_medicare_number=CARDS[4][0], current_irn="2"),
        row("0004", "04", 0, "998"),
        row("0005", "05", 0, "254"),
    )
    where = taken_in(clinic, content)
    page, listed = clinic.billing.get(where).text, clinic.billing.get("/claim-reports").text

    assert "$40.00 paid of $45.05, $5.05 too little" in page
    assert "208: The card has expired" in page
    assert "998: Not in our list; look it up with Services Australia." in page
    assert page.index("Rejected") < page.index("Paid short") < page.index("Still open")
    assert f'href="/people/{clinic.line("P03").patient_id}"' in page
    assert "1 paid short" in listed
    assert not [number for number, _ in CARDS if number in page + listed]
    assert "Mary Smith" not in page + listed


def test_the_page_of_a_session_says_what_came_back_of_each_line(clinic: Clinic, lodged: str) -> None:
    taken_in(clinic, results(row("0001", "01"), row("0002", "02", 0, "208")))

    page = clinic.billing.get(f"/sessions/{clinic.day.session.id}/claims").text

    assert "Rejected" in page
    assert "Paid" in page


def test_a_line_shows_what_came_back_and_the_last_four_digits_of_a_new_card(clinic: Clinic, lodged: str) -> None:
    taken_in(clinic, results(row("0001", "01", 0, "254")))
    again = row("0001", "01", 0, "208", current_medicare_number=CARDS[4][0], current_irn="2")
    taken_in(clinic, results(again))
    page = clinic.doctor.get(f"/claims/{clinic.line('P01').id}").text

    assert "Recorded as lodged by the practice: claim F3848@" in page
    assert f"the card now ends in {CARDS[4][0][-4:]}, IRN 2" in page
    assert CARDS[4][0] not in page
    assert "What was said before" in page
    assert "254: Medicare is still assessing it." in page


def test_a_refused_report_names_its_rows_and_changes_nothing(clinic: Clinic, lodged: str) -> None:
    status, page = send(clinic.billing, results(row("0001", "01"), row("0002", "02", claim_id="K0001@")))
    unread = send(clinic.billing, results(row("0001", "01", "=1+1")))
    empty = clinic.billing.post("/claim-reports", data={"idempotency_key": "a"})

    assert status == 422
    assert "Row 3: no batch here is recorded as lodged under claim id K0001@." in page
    assert (unread[0], "Row 2: benefit_cents is whole cents" in unread[1], "=1+1" in unread[1]) == (422, True, False)
    assert (empty.status_code, "Choose the file that came back" in empty.text) == (422, True)
    with clinic.database.read() as db:
        assert db.exec(select(ClaimReport)).all() == []
    # And the next one, put right, is taken in.
    taken_in(clinic, results(row("0001", "01")))


def test_the_same_file_twice_leads_to_the_first_and_says_so(clinic: Clinic, lodged: str) -> None:
    content = results(row("0001", "01"))
    first, second = taken_in(clinic, content), taken_in(clinic, content)

    assert first == second
    assert "This very file was taken in before. Nothing was changed." in clinic.billing.get(second).text


def test_a_deposit_ties_or_the_page_says_by_how_much_it_does_not(clinic: Clinic, lodged: str) -> None:
    taken_in(clinic, results(*(row(f"{n:04d}", f"{n:02d}") for n in range(1, 8))))
    tied = clinic.billing.get(taken_in(clinic, payment(31535, {"F3848@": 31535}))).text
    apart = clinic.billing.get(taken_in(clinic, payment(31000, {"F3848@": 31535}))).text
    more = clinic.billing.get(taken_in(clinic, payment(36535, {"F3848@": 32035, "A0001@": 4500}, DAY), others_too="on"))

    assert "1 claim comes to exactly $315.35" in tied
    assert "Agrees" in tied
    assert "The deposit is $310.00, 1 claim comes to $315.35: $5.35 less than its claims." in apart
    assert "Its lines come to $315.35: $5.00 less than was paid" in more.text
    assert "Made elsewhere" in more.text
    assert "12345678" not in tied
    assert clinic.billing.get("/claim-reports").text.count("A later report follows") == 2


def test_whoever_bills_proposes_a_rejected_line_again_and_its_clinician_approves_it(
    clinic: Clinic, lodged: str
) -> None:
    taken_in(clinic, results(row("0001", "01", 0, "208"), row("0002", "02")))
    rejected, paid = clinic.line("P01"), clinic.line("P02")
    button = f'action="/claims/{rejected.id}/new-version"'
    assert button in clinic.billing.get(f"/claims/{rejected.id}").text
    assert "Take this exported line back" not in clinic.doctor.get(f"/claims/{rejected.id}").text
    assert "new-version" not in clinic.billing.get(f"/claims/{paid.id}").text

    assert clinic.billing.post(f"/claims/{paid.id}/new-version").status_code == 409
    fresh = clinic.billing.post(f"/claims/{rejected.id}/new-version").headers["location"]
    assert fresh == f"/claims/{clinic.line('P01').id}"
    assert f'href="{fresh}"' in clinic.billing.get(f"/claims/{rejected.id}").text
    assert f'href="/claims/{rejected.id}"' in clinic.doctor.get(fresh).text
    clinic.approve("P01")
    second = clinic.billing.get(clinic.batch()).text
    assert "1 frozen line" in second
    assert "Takes back" not in second
    assert "7 lines, $315.35" in clinic.billing.get("/claim-batches").text

    # Medicare pays the old one after all.
    late = clinic.billing.get(taken_in(clinic, results(row("0001", "01")))).text
    assert "Paid although replaced" in late
    assert "must not be claimed as well" in clinic.doctor.get(f"/claims/{rejected.id}").text


def test_only_whoever_bills_takes_reports_in_and_enters_claim_ids(clinic: Clinic, lodged: str, sign_in: SignIn) -> None:
    for role in (Role.CLINICIAN, Role.MANAGER, Role.FRONT_DESK):
        browser = sign_in(role)
        assert send(browser, results(row("0001", "01")))[0] == 403
        assert browser.post(f"{lodged}/claim-reference", data=LODGED).status_code in (403, 404)
    assert sign_in(Role.FRONT_DESK).get("/claim-reports").status_code == 403
    assert sign_in(Role.MANAGER).get("/claim-reports").status_code == 200


def test_a_clinician_reads_their_own_rows_and_no_deposit(clinic: Clinic, lodged: str, sign_in: SignIn) -> None:
    report = taken_in(clinic, results(row("0001", "01", 0, "208")))
    deposit = taken_in(clinic, payment(31535, {"F3848@": 31535}))
    other = sign_in(Role.CLINICIAN)

    assert "Drum" in clinic.doctor.get(report).text
    assert clinic.doctor.get(deposit).status_code == 404
    assert "$315.35" not in clinic.doctor.get("/claim-reports").text
    assert other.get(report).status_code == 404
    assert report not in other.get("/claim-reports").text


def test_the_table_to_fill_in_has_our_header(clinic: Clinic) -> None:
    answer = clinic.billing.get("/claim-reports/sample.csv")

    assert tuple(next(csv.reader(io.StringIO(answer.text)))) == HEADER
    assert "attachment" in answer.headers["content-disposition"]


def test_the_history_keeps_who_took_a_report_in_and_nobody_in_it(clinic: Clinic, lodged: str) -> None:
    taken_in(clinic, results(row("0001", "01", 0, "208", current_medicare_number=CARDS[4][0], current_irn="2")))
    (event,) = clinic.did("import-report")

    assert event.details == {"kind": "results", "rows": 1, "rejected": 1}
    assert event.at == clock.now()
    assert PROVIDER_NUMBER not in str(event.details)


def test_the_reconciliation_file_says_of_each_lodged_service_what_it_came_to_and_what_to_do(
    clinic: Clinic, lodged: str
) -> None:
    taken_in(clinic, results(row("0001", "01"), row("0002", "02", 4000, "161"), row("0003", "03", 0, "998")))
    with clinic.database.write() as db:
        db.get_one(Patient, clinic.line("P04").patient_id).family_name = "=HYPERLINK(1)"
    period = f"first={DAY.isoformat()}&last={DAY.isoformat()}"
    answer = clinic.billing.get(f"/claim-reports/reconciliation?{period}")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [(each["state"], each["benefit_paid"], each["difference"]) for each in rows[:4]] == [
        ("paid", "45.05", "0.00"),
        ("short", "40.00", "-5.05"),
        ("rejected", "0.00", "-45.05"),
        ("not-returned", "", ""),
    ]
    assert rows[1]["next_action"] == "Keep the difference as it is shown. Nothing is sent again."
    assert rows[2]["meaning"].startswith("Not in our list")
    assert len(rows) == 7
    assert not [number for number, _ in CARDS if number in answer.text]
    assert "Mary" not in answer.headers["content-disposition"]
    assert clinic.did("download-reconciliation")[0].details == {"first": "2026-11-24", "last": "2026-11-24"}
    assert clinic.billing.get("/claim-reports/reconciliation?first=2026-11-24&last=2020-01-01").status_code == 422
    assert clinic.doctor.get(f"/claim-reports/reconciliation?{period}").status_code == 403
