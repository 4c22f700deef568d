"""The work list: what stands where and why, several lines in one press, and only what was asked for."""

from datetime import timedelta
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlmodel import col, select

from sma.attendance import Encounter
from sma.claims import Claim, ClaimStatus
from sma.identity import Role
from sma.people import Coverage, set_coverage
from tests.conftest import SignIn
from tests.sma.claims.clinic import LEVEL_B, Clinic
from tests.sma.claims.factories import CARDS, CLOSED, add_consult, at, correct, propose_now, yarn_up

ALL_SEEN = [*LEVEL_B, "P05"]


def listed(client: TestClient, address: str) -> list[str]:
    """The sentences of the lines on a page."""
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return [" ".join(row.get_text().split()) for row in page.select("ul.work-list > li .claim-words > p:first-child")]


def said(client: TestClient, address: str = "/claims") -> str:
    """What the page says about what was just done."""
    notices = BeautifulSoup(client.get(address).text, "html.parser").select_one("#notices")
    return notices.get_text(strip=True) if notices else ""


def press(client: TestClient, clinic: Clinic, *names: str, key: str = "") -> int:
    lines = [str(clinic.line(name).id) for name in names]
    form = {"lines": lines, "idempotency_key": key or uuid4().hex, "back": "/claims?tab=needs&month=2026-11"}
    answer = client.post("/claims/approvals", data=form)
    if answer.status_code == 303:
        assert answer.headers["location"] == "/claims?tab=needs&month=2026-11"
    return answer.status_code


def forget(clinic: Clinic, name: str, *, note: bool = False, card: bool = False) -> None:
    """Take something off the record, as if it had never been there."""
    with clinic.database.write() as db:
        if note:
            db.get_one(Encounter, clinic.day.encounters[name]).note_done_at = None
        if card:
            for each in db.exec(select(Coverage).where(col(Coverage.patient_id) == clinic.day.patients[name])):
                db.delete(each)


def assess_again(clinic: Clinic) -> None:
    assert clinic.doctor.post(f"/sessions/{clinic.day.session.id}/reassessment").status_code == 303


def test_a_row_is_one_sentence(clinic: Clinic) -> None:
    assert "Alan Drum, Tue 24 Nov 2026: item 23, $45.05" in listed(clinic.doctor, "/claims")
    assert "Ivo Nash, Tue 24 Nov 2026: no item" in listed(clinic.doctor, "/claims?tab=not-billed")


def test_what_is_claimed_beside_an_item_is_part_of_its_sentence_and_its_money(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        line = clinic.day.line(db, "P01")
        line.additions = [{"item": "75871", "title": "Bulk billing incentive", "fee_cents": 2095}]
        line.added_cents = 2095

    assert "Alan Drum, Tue 24 Nov 2026: item 23 with 75871, $66.00" in listed(clinic.doctor, "/claims")


def test_lines_that_one_item_fits_are_approved_in_one_press(clinic: Clinic) -> None:
    assert press(clinic.doctor, clinic, *LEVEL_B, "P05") == 303

    assert {clinic.line(name).status for name in ALL_SEEN} == {ClaimStatus.READY}
    assert "Bulk billed: 8 lines, $335.90" in clinic.billing.get("/claims?tab=ready").text
    assert said(clinic.doctor) == "Approved: 8. They are under Ready until they are frozen."
    assert len(clinic.did("approve")) == 8


def test_a_line_that_changed_after_it_was_ticked_is_left_and_that_is_said(clinic: Clinic) -> None:
    ticked = [str(clinic.line(name).id) for name in ("P01", "P02", "P03")]
    with clinic.database.write() as db:
        correct(db, clinic.day, "P02", "10:33-10:36")
    assess_again(clinic)

    clinic.doctor.get("/claims")
    clinic.doctor.post("/claims/approvals", data={"lines": ticked})

    states = [clinic.line(name).status for name in ("P01", "P02", "P03")]
    assert states == [ClaimStatus.READY, ClaimStatus.NEEDS_CHECK, ClaimStatus.READY]
    assert clinic.line("P02").item_number == "3"
    assert said(clinic.doctor).startswith("Approved: 2. The others have changed")


def test_a_line_with_an_open_question_is_for_its_own_page(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        add_consult(db, clinic.day, "P09", "11:26-11:26:30", interrupted=True)
        line = clinic.day.line(db, "P01")
        asked = {"rule": "confirmation", "verdict": "needs-a-person", "facts": "the GP", "source": "MBS", "remedy": ""}
        asked["by_approving"] = True
        judged = {**line.assessment, "fitting": [dict(each) for each in line.assessment["fitting"]]}
        judged["fitting"][0]["findings"] = [*judged["fitting"][0]["findings"], {**asked, "flag": None}]
        line.assessment = judged

    press(clinic.doctor, clinic, "P01", "P02")

    assert (clinic.line("P01").status, clinic.line("P02").status) == (ClaimStatus.NEEDS_CHECK, ClaimStatus.READY)


def test_the_same_press_twice_approves_once(clinic: Clinic) -> None:
    key = uuid4().hex
    assert (press(clinic.doctor, clinic, "P01", key=key), press(clinic.doctor, clinic, "P01", key=key)) == (303, 303)
    assert len(clinic.did("approve")) == 1


def test_nobody_approves_lines_of_somebody_else_not_even_among_their_own(clinic: Clinic, sign_in: SignIn) -> None:
    for stranger in (sign_in(Role.CLINICIAN), clinic.billing, sign_in(Role.FRONT_DESK)):
        assert press(stranger, clinic, *LEVEL_B) == 403
    assert {clinic.line(name).status for name in LEVEL_B} == {ClaimStatus.NEEDS_CHECK}


def test_a_press_never_leads_off_the_list_whatever_it_says_where_it_came_from(clinic: Clinic) -> None:
    for back in ("http://[x/", "https://elsewhere.example/claims?tab=ready", "javascript:alert(1)", ""):
        form = {"lines": [str(clinic.line("P01").id)], "back": back}
        answer = clinic.doctor.post("/claims/approvals", data=form)

        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/claims?tab=")


def test_pressing_with_nothing_ticked_says_so_and_keeps_the_list(clinic: Clinic) -> None:
    answer = clinic.doctor.post("/claims/approvals", data={"back": "/claims?tab=needs&month=2026-11"})

    assert answer.status_code == 422
    assert "Please check these answers" in answer.text
    assert "Alan Drum" in answer.text


def test_only_a_clinicians_own_lines_can_be_ticked_and_none_is_ticked_beforehand(clinic: Clinic) -> None:
    own = BeautifulSoup(clinic.doctor.get("/claims").text, "html.parser").select("input[name=lines]")
    others = BeautifulSoup(clinic.billing.get("/claims").text, "html.parser").select("input[name=lines]")

    assert len(own) == 8
    assert [box for box in own if box.has_attr("checked")] == []
    assert others == []


def test_lines_are_grouped_by_what_they_wait_for_and_lead_to_where_that_is_put_right(clinic: Clinic) -> None:
    forget(clinic, "P01", note=True)
    forget(clinic, "P02", note=True, card=True)
    assess_again(clinic)
    page = BeautifulSoup(clinic.billing.get("/claims").text, "html.parser")

    chips = [" ".join(chip.get_text().split()) for chip in page.select(".chips a")]
    assert chips == ["6 One item fits", "2 Clinical note not ticked as done", "1 Medicare card missing"]
    links = [link["href"] for link in page.select("section.group .cluster a")]
    assert links == [f"/sessions/{clinic.day.session.id}/day?next=%2Fclaims%3Ftab%3Dneeds"]
    cards = BeautifulSoup(clinic.billing.get("/claims?reason=card").text, "html.parser")
    (link,) = [link["href"] for link in cards.select("section.group .cluster a")]
    assert str(link) == f"/people/{clinic.day.patients['P02']}/coverage?next=%2Fclaims%3Ftab%3Dneeds%26reason%3Dcard"
    assert len(listed(clinic.billing, "/claims?reason=note")) == 2


def test_a_card_that_is_entered_leads_back_to_the_list_it_was_missing_from(clinic: Clinic, sign_in: SignIn) -> None:
    number, irn = CARDS[1]
    form = {"kind": "medicare", "number": number, "irn": irn, "next": "/claims?tab=needs&reason=card"}
    address = f"/people/{clinic.day.patients['P02']}/coverage"
    assert clinic.billing.get(f"{address}?next=%2Fclaims%3Ftab%3Dneeds").status_code == 200

    assert clinic.billing.post(address, data=form).headers["location"] == "/claims?tab=needs&reason=card"
    elsewhere = clinic.billing.post(address, data={**form, "next": "//elsewhere.example"})
    assert elsewhere.headers["location"] == f"/people/{clinic.day.patients['P02']}"


def test_several_sessions_are_assessed_again_in_one_press(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        other = yarn_up(db, provider_number="2448261H")
    propose_now(clinic.database, other.session.id, now=CLOSED + timedelta(minutes=1))
    forget(clinic, "P01", note=True)
    with clinic.database.write() as db:
        db.get_one(Encounter, other.encounters["P01"]).note_done_at = None

    sessions = [str(clinic.day.session.id), str(other.session.id)]
    answer = clinic.billing.post("/claims/reassessment", data={"sessions": sessions, "back": "/claims?reason=note"})

    assert answer.headers["location"] == "/claims?tab=needs&reason=note"
    assert said(clinic.billing) == "Assessed again: 2 lines are new or changed."
    assert len(listed(clinic.billing, "/claims?reason=note")) == 2
    refused = clinic.doctor.post("/claims/reassessment", data={"sessions": sessions})
    assert refused.status_code == 403


def test_assessing_again_says_how_many_approvals_it_took_back(clinic: Clinic) -> None:
    press(clinic.doctor, clinic, "P01", "P02")
    forget(clinic, "P01", note=True)

    assess_again(clinic)

    assert said(clinic.doctor, f"/sessions/{clinic.day.session.id}/claims").endswith("their clinician once more: 1.")
    assert "Approved by the clinician." in clinic.billing.get("/claims?tab=ready").text


def test_the_list_shows_what_was_asked_for_and_its_pages_keep_it(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        other = yarn_up(db, provider_number="2448261H")
    propose_now(clinic.database, other.session.id, now=CLOSED + timedelta(minutes=1))
    mine = f"/claims?clinician={clinic.day.clinician.id}&month=2026-11"

    assert len(listed(clinic.billing, "/claims")) == 16
    assert len(listed(clinic.billing, mine)) == 8
    assert listed(clinic.billing, "/claims?month=2026-10") == []
    assert len(listed(clinic.billing, "/claims?month=9999-12")) == 16
    assert len(listed(clinic.billing, f"/claims?program={other.session.program_id}")) == 8
    assert len(listed(clinic.billing, "/claims?month=next&clinician=me&program=x&reason=why&page=x")) == 16
    tabs = BeautifulSoup(clinic.billing.get(mine).text, "html.parser").select("nav.tabs a")
    assert all(f"clinician={clinic.day.clinician.id}&month=2026-11" in str(tab["href"]) for tab in tabs)


def test_a_second_page_goes_on_with_the_same_filters(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sma.claims.web.worklist.PAGE", 5)
    first = BeautifulSoup(clinic.doctor.get("/claims?month=2026-11").text, "html.parser")
    older = first.select_one("nav.pager a")
    assert older is not None
    assert str(older["href"]) == "/claims?tab=needs&month=2026-11&page=2"
    assert len(listed(clinic.doctor, str(older["href"]))) == 3


def test_a_line_held_back_is_an_exception_until_what_it_lost_is_there_again(clinic: Clinic) -> None:
    clinic.approve("P01")
    forget(clinic, "P01", card=True)
    clinic.batch()
    assert len(listed(clinic.billing, "/claims?tab=exceptions")) == 1
    assert "Alan Drum" not in clinic.billing.get("/claims").text

    number, irn = CARDS[0]
    with clinic.database.write() as db:
        patient = clinic.day.patients["P01"]
        set_coverage(
            db, patient, kind="medicare", number=number, irn=irn, expires_on=None, by=clinic.day.billing, now=CLOSED
        )
    assess_again(clinic)

    assert listed(clinic.billing, "/claims?tab=exceptions") == []
    assert clinic.line("P01").status == ClaimStatus.NEEDS_CHECK


def test_an_exported_line_that_no_longer_holds_stands_under_exceptions_only(clinic: Clinic) -> None:
    clinic.approve("P01", "P02")
    clinic.batch()
    with clinic.database.write() as db:
        correct(db, clinic.day, "P01", "10:26-10:29")
    assess_again(clinic)

    assert listed(clinic.billing, "/claims?tab=exported") == ["Ben Farr, Tue 24 Nov 2026: item 23, $45.05"]
    assert listed(clinic.billing, "/claims?tab=exceptions") == ["Alan Drum, Tue 24 Nov 2026: item 23, $45.05"]
    assert "No longer holds" in clinic.billing.get("/claims?tab=exceptions").text


def test_the_card_draws_the_minutes_and_names_nobody_else(clinic: Clinic) -> None:
    page = BeautifulSoup(clinic.doctor.get(f"/claims/{clinic.line('P03').id}").text, "html.parser")

    assert len(page.select("rect.strip-stay")) == 1
    assert len(page.select("rect.strip-own")) == 1
    assert len(page.select("rect.strip-other")) == 7
    drawn = page.select_one(".strip svg")
    assert drawn is not None
    assert "with Cody Hale 8:00; with others 7 times" in str(drawn["aria-label"])
    assert "Alan" not in page.get_text()
    assert "9 people recorded present, 9 of them when this time began" in " ".join(page.get_text().split())


def test_who_left_early_is_counted_as_gone_when_a_later_consult_began(clinic: Clinic) -> None:
    with clinic.database.write() as db:
        db.get_one(Encounter, clinic.day.encounters["P09"]).left_at = at("10:41")
    words = " ".join(
        BeautifulSoup(clinic.doctor.get(f"/claims/{clinic.line('P06').id}").text, "html.parser").stripped_strings
    )

    assert "9 people recorded present, 8 of them when this time began; 1 left before the end" in words


def test_private_and_bulk_billed_money_is_never_one_sum(clinic: Clinic) -> None:
    press(clinic.doctor, clinic, *LEVEL_B)
    with clinic.database.write() as db:
        clinic.day.line(db, "P01").billing_type = "private"
        clinic.day.line(db, "P02").billing_type = "dva"
    page = clinic.billing.get("/claims?tab=ready").text

    assert "Bulk billed: 5 lines, $225.25" in page
    assert "Private account: 1 line, $45.05" in page
    assert "DVA: 1 line, $45.05" in page
    assert "$315.35" not in page


def test_no_line_has_a_state_that_no_tab_shows(clinic: Clinic) -> None:
    clinic.approve("P01")
    with clinic.database.read() as db:
        total = len(db.exec(select(Claim)).all())
    tabs = ("needs", "ready", "exported", "exceptions", "paid", "not-billed")
    assert sum(len(listed(clinic.billing, f"/claims?tab={tab}")) for tab in tabs) == total
