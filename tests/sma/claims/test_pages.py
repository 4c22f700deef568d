"""The pages of claims, as each role meets them."""

import hashlib
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from sma.assignments import BenefitAssignment
from sma.attendance import ClinicianPresence
from sma.claims import Claim, ClaimBatch, ClaimStatus, Export
from sma.core import clock
from sma.core.db import Database
from sma.identity import Role
from sma.identity.models import LoginSession
from sma.people import Coverage
from tests.conftest import SignIn
from tests.sma.claims.clinic import LEVEL_B, Clinic
from tests.sma.claims.factories import CARDS, PEOPLE, follow_assignments


def forget_step_up(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        for session in db.exec(select(LoginSession)):
            session.stepped_up_at = None


def test_the_work_list_counts_each_tab_and_says_each_line_in_one_sentence(clinic: Clinic) -> None:
    page = clinic.doctor.get("/claims").text

    assert 'Needs you <span class="count">8</span>' in page
    assert 'Not billed <span class="count">2</span>' in page
    assert "Item 23 fits with 6:00 of the clinician&#39;s own time (at threshold)." in page
    assert "submitted" not in page
    assert "has not said that it approves it" in page
    assert "attended, no individual consult" in clinic.doctor.get("/claims?tab=not-billed").text


def test_no_page_shows_a_whole_card_number(clinic: Clinic) -> None:
    clinic.approve(*LEVEL_B)
    batch = clinic.batch()
    export = clinic.export(batch)
    line = f"/claims/{clinic.line('P01').id}"
    session = f"/sessions/{clinic.day.session.id}"
    for url in ("/claims?tab=exported", line, batch, export, f"{session}/claims", "/claim-batches"):
        page = clinic.billing.get(url)
        assert page.status_code == 200
        assert not [number for number, _ in CARDS if number in page.text]


def test_a_line_that_waits_for_the_time_out_leads_to_the_stay_and_to_assessing_again(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        stay = db.exec(select(ClinicianPresence)).one()
        stay.ends_at = None
    session = f"/sessions/{clinic.day.session.id}"
    clinic.doctor.post(f"{session}/reassessment")
    listed, page = clinic.doctor.get("/claims?reason=stay").text, clinic.doctor.get(f"/claims/{clinic.line('P01').id}")

    assert "It is not recorded when the clinician left the room" in listed
    assert f'href="/clinician-presences/{stay.id}/correction"' in page.text
    assert f'action="{session}/reassessment"' in page.text
    assert clinic.doctor.get(f"/clinician-presences/{stay.id}/correction").status_code == 200


def test_a_question_keeps_its_capitals_and_begins_with_one(clinic: Clinic) -> None:
    line = clinic.line("P01")
    judged = deepcopy(line.assessment)
    asked = {
        "rule": "confirmation",
        "verdict": "needs-a-person",
        "facts": "the GP of this person",
        "source": "MBS",
        "by_approving": True,
    }
    judged["fitting"][0]["findings"].append({**asked, "remedy": "Tick it", "flag": None})
    with clinic.database.write() as db:
        db.get_one(Claim, line.id).assessment = judged
    page = clinic.doctor.get(f"/claims/{line.id}").text
    assert "<span>The GP of this person</span>" in page
    count = len(judged["fitting"][0]["findings"])
    assert f"{count - 1} of {count} rules met" in page
    why = page.split('id="why"')[1]
    assert why.index("Needs a person: the GP of this person.") < why.index("Met:")


def test_approving_leads_to_the_next_line_of_the_session(clinic: Clinic) -> None:
    answer = clinic.doctor.post(f"/claims/{clinic.line('P01').id}/approval", data={"item_number": "23"})
    assert answer.headers["location"] == f"/claims/{clinic.line('P02').id}"
    assert clinic.line("P01").status == ClaimStatus.READY


def test_neither_another_clinician_nor_the_desk_nor_billing_approves(clinic: Clinic, sign_in: SignIn) -> None:
    line = clinic.line("P01")
    for client in (sign_in(Role.CLINICIAN), sign_in(Role.FRONT_DESK), clinic.billing):
        answer = client.post(f"/claims/{line.id}/approval", data={"item_number": "23"})
        assert answer.status_code == 403
    assert sign_in(Role.FRONT_DESK).get("/claims").status_code == 403
    assert clinic.line("P01").status == ClaimStatus.NEEDS_CHECK


def test_an_item_that_does_not_fit_is_refused_on_the_line_itself(clinic: Clinic) -> None:
    answer = clinic.doctor.post(f"/claims/{clinic.line('P09').id}/approval", data={"item_number": "23"})
    assert answer.status_code == 409
    assert "That item does not fit what is recorded" in answer.text


def test_not_billing_needs_a_reason_and_keeps_what_was_typed(clinic: Clinic) -> None:
    url = f"/claims/{clinic.line('P01').id}/not-billed"
    assert clinic.doctor.post(url, data={"reason": ""}).status_code == 422
    assert clinic.line("P01").status == ClaimStatus.NEEDS_CHECK
    assert clinic.doctor.post(url, data={"reason": "Part of a care plan"}).status_code == 303
    assert "Not billed: Part of a care plan" in clinic.doctor.get("/claims?tab=not-billed").text


def test_a_double_press_makes_one_batch(clinic: Clinic) -> None:
    clinic.approve(*LEVEL_B)
    key = {"idempotency_key": uuid4().hex}
    first, second = (clinic.billing.post("/claim-batches", data=key) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    with clinic.database.read() as db:
        assert [(batch.line_count, batch.charge_cents) for batch in db.exec(select(ClaimBatch))] == [(7, 31535)]
    assert clinic.billing.post("/claim-batches", data={"idempotency_key": uuid4().hex}).status_code == 409


def test_the_download_is_whole_named_without_people_and_recorded(clinic: Clinic) -> None:
    clinic.approve(*LEVEL_B)
    export = clinic.export(clinic.batch())
    answer = clinic.billing.get(f"{export}/file")
    (event_,) = clinic.did("download-export")

    digest = hashlib.sha256(answer.content).hexdigest()
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert not [
        name for pair in PEOPLE for name in pair if name.lower() in answer.headers["content-disposition"].lower()
    ]
    assert event_.details == {"rows": 7, "sha256": digest, "format": "csv"}
    assert digest[:32] in clinic.billing.get(export).text
    assert clinic.did("download-manifest") == []
    assert clinic.billing.get(f"{export}/manifest").json()["sha256"] == digest
    (event_,) = clinic.did("download-manifest")
    assert event_.details == {"rows": 7, "sha256": digest, "format": "csv"}


def test_files_are_neither_made_nor_taken_without_proof_within_ten_minutes(clinic: Clinic) -> None:
    clinic.approve("P01")
    batch = clinic.batch()
    export = clinic.export(batch)
    forget_step_up(clinic)

    asked = clinic.billing.post(f"{batch}/exports", data={"format": "xlsx"})
    taken = clinic.billing.get(f"{export}/file")
    assert asked.headers["location"] == f"/step-up?next={batch}"
    assert taken.headers["location"] == f"/step-up?next={export}"
    assert clinic.did("download-export") == []
    with clinic.database.read() as db:
        assert [each.format for each in db.exec(select(Export))] == ["csv"]


def test_only_the_billing_role_freezes_and_takes_files(clinic: Clinic, sign_in: SignIn) -> None:
    clinic.approve("P01")
    manager = sign_in(Role.MANAGER)
    assert manager.post("/claim-batches", data={}).status_code == 403
    export = clinic.export(clinic.batch())
    assert manager.get(export).status_code == 200
    for client in (manager, clinic.doctor):
        assert client.get(f"{export}/file").status_code == 403


def test_an_unfinished_file_says_so_and_cannot_be_taken(clinic: Clinic) -> None:
    clinic.approve("P01")
    address = clinic.billing.post(f"{clinic.batch()}/exports", data={"format": "csv"}).headers["location"]
    assert "Queued" in clinic.billing.get(address).text
    assert clinic.billing.get(f"{address}/file").status_code == 409


def test_voiding_twice_from_one_page_voids_once(clinic: Clinic) -> None:
    clinic.approve("P01")
    clinic.batch()
    key = {"idempotency_key": uuid4().hex}
    url = f"/claims/{clinic.line('P01').id}/void"
    assert len({clinic.doctor.post(url, data=key).headers["location"] for _ in range(2)}) == 1
    assert len(clinic.did("void")) == 1
    assert clinic.line("P01").status == ClaimStatus.NEEDS_CHECK


@pytest.mark.parametrize(
    "address", ["/claims", "/claims?tab=not-billed", "/sessions/{session}/claims", "/claim-batches"]
)
def test_a_page_takes_as_many_statements_for_one_line_as_for_ten(clinic: Clinic, address: str) -> None:
    url = address.format(session=clinic.day.session.id)
    many = statements(clinic.database, lambda: clinic.doctor.get(url))
    with clinic.database.write() as db:
        for line in db.exec(select(Claim).where(col(Claim.encounter_id) != clinic.day.encounters["P01"])):
            db.delete(line)
    assert statements(clinic.database, lambda: clinic.doctor.get(url)) == many


def statements(database: Database, act: Callable[[], object]) -> int:
    seen: list[str] = []

    def count(_c: object, _cu: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    act()
    event.remove(database.engine, "before_cursor_execute", count)
    return len(seen)


@pytest.mark.parametrize(
    "url", ["/claims/{}", "/claim-batches/{}", "/exports/{}", "/sessions/{}/claims", "/sessions/{}/assignments"]
)
def test_what_is_not_there_is_not_found(clinic: Clinic, url: str) -> None:
    assert clinic.billing.get(url.format(UUID(int=1))).status_code == 404


def test_the_page_of_a_file_under_way_looks_again_by_itself_and_stops_when_it_is_done(clinic: Clinic) -> None:
    clinic.approve("P01")
    batch = clinic.batch()
    address = clinic.billing.post(f"{batch}/exports", data={"format": "csv"}).headers["location"]

    waiting = clinic.billing.get(address).text
    with clinic.database.write() as db:
        db.exec(select(Export)).one().requested_at -= timedelta(minutes=11)
    stuck = clinic.billing.get(address).text
    clinic.export(batch)
    done = clinic.billing.get(address).text

    assert f'hx-get="{address}" hx-trigger="every 2s" hx-select="#file"' in waiting
    assert "Look again</a></p></noscript>" in waiting
    assert "every 2s" not in stuck
    assert "longer than usual" in stuck
    assert f'href="{address}">' in stuck
    assert "every 2s" not in done
    assert "Download" in done


def test_a_line_kept_back_leads_to_where_its_cause_is_put_right(clinic: Clinic, sign_in: SignIn) -> None:
    with clinic.database.read() as db:
        assigned = db.exec(
            select(BenefitAssignment.id).where(col(BenefitAssignment.patient_id) == clinic.day.patients["P01"])
        ).one()
    session = {"session_id": str(clinic.day.session.id)}
    assert clinic.doctor.post(f"/assignments/{assigned}/revocation", data=session).status_code == 303
    follow_assignments(clinic.database, now=clock.now())
    blocked = clinic.line("P01").id
    assignments = f'href="/sessions/{clinic.day.session.id}/assignments"'

    page = clinic.billing.get(f"/claims/{blocked}").text
    tab = clinic.billing.get("/claims?reason=agreement").text
    reader = sign_in(Role.BILLING).get(f"/claims/{blocked}").text

    assert "Where this is put right" in page
    assert assignments in page
    assert assignments[:-1] + "?next=" in tab
    assert assignments not in reader


def test_a_line_held_back_from_its_batch_leads_to_the_card_it_lost(clinic: Clinic) -> None:
    clinic.approve("P01")
    line = clinic.line("P01")
    with clinic.database.write() as db:
        for card in db.exec(select(Coverage).where(col(Coverage.patient_id) == line.patient_id)):
            db.delete(card)
    clinic.batch()

    page = clinic.billing.get(f"/claims/{line.id}").text

    assert clinic.line("P01").status == ClaimStatus.BLOCKED
    assert f'href="/people/{line.patient_id}/coverage"' in page
