"""Closing: nobody is forgotten, and whatever looks odd is asked about once and kept."""

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlmodel import select

from sma.appointments import history
from sma.attendance import (
    Doubt,
    NotComplete,
    NotSure,
    clinician_in,
    close_session,
    correct_consult,
    mark,
    start_consult,
)
from sma.attendance.models import ClinicianPresence, ConsultInterval
from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.identity import Role
from sma.scheduling import GroupSession
from tests.factories import make_session
from tests.sma.attendance.conftest import Enter, SetClock
from tests.sma.attendance.scene import Scene, at, consult, everyone_arrives, the_whole_day, yarn_up


@pytest.fixture
def database(app: FastAPI) -> Database:
    return app.state.database  # type: ignore[no-any-return]


def doubts_of(db: WriteSession, scene: Scene, clock: str) -> dict[Doubt, tuple[object, ...]]:
    with pytest.raises(NotSure) as refusal:
        close_session(db, scene.session.id, by=scene.marcus, now=at(clock))
    return {each.doubt: each.about for each in refusal.value.doubted}


def mid_session(db: WriteSession) -> Scene:
    """The doctor is in the room; Alan had 20 seconds by a slip of the finger, Ben is being seen."""
    scene = yarn_up(db)
    everyone_arrives(db, scene)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25:30"))
    consult(db, scene, 1, "10:26:00", "10:26:20")
    start_consult(db, scene.place(2), scene.doctor.id, by=scene.marcus, now=at("10:27"))
    return scene


def test_whatever_looks_odd_is_asked_about_and_names_whom_it_concerns(db: WriteSession) -> None:
    scene = mid_session(db)

    found = doubts_of(db, scene, "10:40")

    assert found == {
        Doubt.NOT_OVER: (),
        Doubt.NO_CONSULT: found[Doubt.NO_CONSULT],
        Doubt.SHORT_CONSULT: (scene.place(1),),
        Doubt.RUNNING: (scene.place(2),),
        Doubt.STILL_IN: (scene.doctor.id,),
    }
    assert set(found[Doubt.NO_CONSULT]) == {scene.place(number) for number in range(3, 10)}
    assert scene.session.status == "open"


def test_a_day_without_anything_odd_is_closed_without_a_question(db: WriteSession) -> None:
    scene = yarn_up(db, 8)
    everyone_arrives(db, scene, absent=None)
    the_whole_day(db, scene)

    close_session(db, scene.session.id, by=scene.marcus, now=at("11:40"))

    assert scene.session.status == "closed"


def test_a_session_that_has_not_begun_is_closed_only_with_a_yes_to_that(db: WriteSession) -> None:
    scene = yarn_up(db, 1)
    mark(db, scene.place(1), "absent", by=scene.marcus, now=at("09:40"))

    with pytest.raises(NotSure) as refusal:
        close_session(db, scene.session.id, sure=[Doubt.NOT_OVER], by=scene.marcus, now=at("09:44"))
    assert [each.sentence for each in refusal.value.doubted] == ["It has not begun: the session starts at 10:00 am."]
    close_session(db, scene.session.id, sure=[Doubt.NOT_BEGUN], by=scene.marcus, now=at("09:44"))
    db.flush()
    assert any("it had not begun yet" in line.sentence for line in history(db, scene.session.id))


def test_a_consult_before_its_person_arrived_is_asked_about(db: WriteSession) -> None:
    scene = yarn_up(db, 2)
    everyone_arrives(db, scene, absent=None)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:01"))
    pressed = consult(db, scene, 1, "10:26", "10:33")
    consult(db, scene, 2, "10:34", "10:40")
    correct_consult(
        db,
        pressed.id,
        starts_at=at("10:02"),
        ends_at=at("10:09"),
        reason="Typed wrongly",
        by=scene.doctor_user,
        now=at("11:35"),
    )
    db.flush()

    assert doubts_of(db, scene, "11:40")[Doubt.EARLY_CONSULT] == (scene.place(1),)


def test_closing_says_how_many_consults_a_missing_time_out_keeps_from_billing(db: WriteSession) -> None:
    scene = yarn_up(db, 3)
    everyone_arrives(db, scene, absent=None)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
    for number, times in ((1, ("10:26", "10:33")), (2, ("10:34", "10:40")), (3, ("10:41", "10:49"))):
        consult(db, scene, number, *times)

    with pytest.raises(NotSure) as refusal:
        close_session(db, scene.session.id, by=scene.marcus, now=at("11:40"))
    assert refusal.value.doubted[0].sentence.endswith(
        "None of these 3 consults can be proposed for billing until it is recorded."
    )


def test_a_minute_is_not_short(db: WriteSession) -> None:
    scene = yarn_up(db, 1)
    everyone_arrives(db, scene, absent=None)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
    consult(db, scene, 1, "10:26:00", "10:27:00")

    assert Doubt.SHORT_CONSULT not in doubts_of(db, scene, "11:40")


def test_a_group_item_asks_nobody_for_a_consult_of_their_own(db: WriteSession) -> None:
    scene = yarn_up(db)
    scene.session.item_families = ["group-allied-health"]
    everyone_arrives(db, scene)

    close_session(db, scene.session.id, by=scene.marcus, now=at("11:40"))

    assert scene.session.status == "closed"


def test_no_yes_helps_while_somebody_is_not_recorded(db: WriteSession) -> None:
    scene = yarn_up(db, 1)

    with pytest.raises(NotComplete) as refusal:
        close_session(db, scene.session.id, sure=list(Doubt), by=scene.marcus, now=at("11:40"))

    assert refusal.value.unrecorded == (scene.place(1),)


def test_every_yes_is_kept_and_read_in_the_history(db: WriteSession) -> None:
    scene = mid_session(db)

    close_session(db, scene.session.id, sure=list(Doubt), by=scene.marcus, now=at("10:40"))
    db.flush()

    kept = next(row for row in db.exec(select(AuditEvent)) if row.did == "complete-record")
    assert kept.details["confirmed"] == "not-over no-consult short-consult running still-in"
    lines = [line.sentence for line in history(db, scene.session.id)]
    assert any("finished the record of the day (it was not over yet, somebody had no consult" in line for line in lines)


def test_a_clock_that_nobody_stopped_is_taken_back_and_the_doctor_can_put_its_times_right(db: WriteSession) -> None:
    scene = mid_session(db)
    close_session(db, scene.session.id, sure=list(Doubt), by=scene.marcus, now=at("10:40"))

    ben = next(row for row in db.exec(select(ConsultInterval)) if row.starts_at == at("10:27"))
    alan = next(row for row in db.exec(select(ConsultInterval)) if row.starts_at == at("10:26"))
    assert (ben.ends_at, ben.withdrawn_reason) == (None, "Not stopped before closing")
    assert ben.superseded_at == at("10:40")
    new = correct_consult(
        db,
        alan.id,
        starts_at=at("10:26"),
        ends_at=at("10:33"),
        reason="Stopped by mistake",
        by=scene.doctor_user,
        now=at("11:00"),
    )
    assert new.counts


def test_a_missing_time_out_does_not_keep_the_doctor_from_the_next_session(db: WriteSession) -> None:
    scene = mid_session(db)
    close_session(db, scene.session.id, sure=list(Doubt), by=scene.marcus, now=at("10:40"))
    following = make_session(db, clinician=scene.doctor)

    stay = clinician_in(db, following.id, scene.doctor.id, by=scene.marcus, now=at("10:45"))

    assert stay.ends_at is None
    first = next(row for row in db.exec(select(ClinicianPresence)) if row.group_session_id == scene.session.id)
    assert first.ends_at is None


def yeses(page: str) -> dict[str, str]:
    """What each box of the finish page sends when it is ticked."""
    boxes = BeautifulSoup(page, "html.parser").select("main input[name=sure]")
    return {str(box["id"]).removeprefix("sure-"): str(box["value"]) for box in boxes}


def test_a_yes_counts_for_the_people_it_was_said_about_and_not_for_somebody_who_came_since(
    enter: Enter, database: Database, set_clock: SetClock
) -> None:
    with database.write() as db:
        scene = mid_session(db)
    set_clock(at("10:40"))
    client, url = enter(Role.FACILITATOR), f"/sessions/{scene.session.id}/closing"
    shown = yeses(client.get(url).text)
    with database.write() as db:
        mark(db, scene.place(10), "arrived", by=scene.marcus, now=at("10:39"))

    asked_again = client.post(url, data={"sure": list(shown.values())})

    assert asked_again.status_code == 409
    assert "8 people came and have no consult recorded." in asked_again.text
    ticked = BeautifulSoup(asked_again.text, "html.parser").select("main input[checked]")
    assert {str(box["id"]) for box in ticked} == {f"sure-{doubt}" for doubt in shown if doubt != "no-consult"}
    with database.read() as db:
        assert db.get_one(GroupSession, scene.session.id).status == "open"
    assert client.post(url, data={"sure": list(yeses(asked_again.text).values())}).status_code == 303


def test_a_yes_that_names_nobody_closes_nothing(enter: Enter, database: Database, set_clock: SetClock) -> None:
    with database.write() as db:
        scene = mid_session(db)
    set_clock(at("10:40"))

    answer = enter(Role.FACILITATOR).post(
        f"/sessions/{scene.session.id}/closing", data={"sure": [each.value for each in Doubt]}
    )

    assert answer.status_code == 409


def test_the_page_asks_each_question_with_names_and_a_way_to_put_it_right(
    enter: Enter, database: Database, set_clock: SetClock
) -> None:
    with database.write() as db:
        scene = mid_session(db)
    set_clock(at("10:40"))
    client, url = enter(Role.FACILITATOR), f"/sessions/{scene.session.id}/closing"

    shown = yeses(client.get(url).text)
    refused = client.post(url, data={"sure": [shown["not-over"], shown["running"]]})
    page = BeautifulSoup(refused.text, "html.parser").main

    assert refused.status_code == 409
    assert page is not None
    asked = [legend.get_text(strip=True) for legend in page.select("legend")]
    assert asked == [
        "The session runs until 11:30 am. That is still to come.",
        "7 people came and have no consult recorded.",
        "1 person has a consult of less than a minute.",
        "1 person has a consult whose clock still runs. Closing takes it back, because its end is not known; the "
        "clinician can enter the times.",
        "It is not recorded when the clinician left the room. The record will say so. Their one consult can’t "
        "be proposed for billing until it is recorded.",
    ]
    links = {link["aria-label"]: link["href"] for link in page.select("fieldset a[aria-label]")}
    assert links["Enter a consult of Ivo N."] == f"/appointments/{scene.place(9)}/entered-consults"
    assert {box["value"] for box in page.select("input[checked]")} == {shown["not-over"], shown["running"]}
    assert client.post(url, data={"sure": list(shown.values())}).status_code == 303
    assert "no time out recorded" in client.get(f"/sessions/{scene.session.id}/sheets/evidence").text


def test_a_consult_nobody_pressed_is_entered_from_the_persons_own_row(
    enter: Enter, database: Database, set_clock: SetClock
) -> None:
    with database.write() as db:
        scene = mid_session(db)
    set_clock(at("10:40"))
    page = BeautifulSoup(enter(Role.FRONT_DESK).get(f"/sessions/{scene.session.id}/day").text, "html.parser")
    rows = page.select("li.roll-row")

    names = [row.find("strong").get_text() for row in rows]  # type: ignore[union-attr]
    assert names == sorted(names)
    assert all(row.get_text(" ", strip=True).startswith(name) for row, name in zip(rows, names, strict=True))
    offering = [name for row, name in zip(rows, names, strict=True) if row.select("a[href$='/entered-consults']")]
    # Alan and Ben were seen already; a second time with them can be entered all the same.
    assert offering == [name for name in names if name != "Joe M."]
