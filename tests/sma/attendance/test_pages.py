import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import col, select

from sma.attendance import mark
from sma.attendance.models import AttendanceMark, ClinicianPresence, ConsultInterval
from sma.core.db import Database
from sma.identity import Role
from sma.people.models import Practitioner
from sma.scheduling import GroupSession, SessionStatus
from tests.sma.attendance.conftest import Enter, SetClock
from tests.sma.attendance.scene import Scene, at, the_whole_day, yarn_up


@pytest.fixture
def database(app: FastAPI) -> Database:
    return app.state.database  # type: ignore[no-any-return]


@pytest.fixture
def scene(database: Database) -> Scene:
    with database.write() as db:
        return yarn_up(db)


def day_url(scene: Scene) -> str:
    return f"/sessions/{scene.session.id}/day"


def press(client: TestClient, url: str, **fields: str | list[str]) -> None:
    answer = client.post(url, data=fields)
    assert answer.status_code == 303, answer.text


def text_of(client: TestClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return " ".join(BeautifulSoup(answer.text, "html.parser").main.get_text(" ").split())


def test_the_whole_day_is_done_with_plain_forms(
    enter: Enter, database: Database, scene: Scene, set_clock: SetClock
) -> None:
    client = enter(Role.FACILITATOR)
    assert "0 of 10 recorded" in text_of(client, day_url(scene))
    set_clock(at("10:05"))
    for number in range(1, 11):
        value = "absent" if number == 10 else "arrived"
        press(client, f"/appointments/{scene.place(number)}/presence", presence=value, version="0")
    assert "10 of 10 recorded" in text_of(client, day_url(scene))
    set_clock(at("10:25:30"))
    press(client, f"/sessions/{scene.session.id}/clinician-presences", practitioner_id=str(scene.doctor.id))
    set_clock(at("10:26:10"))
    press(client, f"/appointments/{scene.place(1)}/consults", practitioner_id=str(scene.doctor.id))
    set_clock(at("10:33:05"))
    page = text_of(client, day_url(scene))
    assert "With Alan D. since 10:26:10 am" in page
    assert "6-minute mark reached" in page
    press(client, f"/appointments/{scene.place(2)}/consults", practitioner_id=str(scene.doctor.id))
    set_clock(at("10:40"))
    with database.read() as db:
        running = db.exec(select(ConsultInterval).where(col(ConsultInterval.ends_at).is_(None))).one()
        (stay,) = db.exec(select(ClinicianPresence)).all()
    press(client, f"/consults/{running.id}/end", interrupted="on")
    press(client, f"/clinician-presences/{stay.id}/end")
    page = text_of(client, day_url(scene))
    assert "6 min 55 s with the clinician" in page
    assert "Cut short" in page
    closing = f"/sessions/{scene.session.id}/closing"
    assert "Close the session of 10 people" in text_of(client, closing)
    boxes = BeautifulSoup(client.get(closing).text, "html.parser").select("main input[name=sure]")
    assert [box["id"] for box in boxes] == ["sure-not-over", "sure-no-consult"]
    press(client, closing, sure=[box["value"] for box in boxes])
    assert "This session is closed" in text_of(client, day_url(scene))


def test_bystanders_read_first_names_with_an_initial_only(enter: Enter, scene: Scene) -> None:
    page = enter(Role.FACILITATOR).get(day_url(scene)).text
    assert "Alan D." in page
    assert not any(family in page for family in ("Drum", "Farr", "Marlow"))


def test_undo_is_offered_after_a_press_and_takes_it_back(enter: Enter, database: Database, scene: Scene) -> None:
    client = enter(Role.FACILITATOR)
    url = f"/appointments/{scene.place(1)}/presence"
    answer = client.post(url, data={"presence": "absent", "idempotency_key": "a" * 32})
    assert answer.headers["location"] == f"{day_url(scene)}?undo={scene.place(1)}#row-{scene.place(1)}"
    assert "Undo" in text_of(client, answer.headers["location"])
    for _ in range(2):  # a double press of Undo undoes once
        press(client, url, presence="undo", idempotency_key="b" * 32)
    press(client, url, presence="arrived", idempotency_key="c" * 32)

    with database.read() as db:
        lines = db.exec(select(AttendanceMark.presence).order_by(col(AttendanceMark.number))).all()
    assert lines == ["absent", None, "arrived"]
    assert "Undo" in text_of(client, url)


def test_a_clash_of_two_tablets_is_said_and_the_newest_press_holds(enter: Enter, scene: Scene) -> None:
    one, other = enter(Role.FACILITATOR), enter(Role.HEALTH_WORKER)
    url = f"/appointments/{scene.place(1)}/presence"
    press(one, url, presence="arrived", version="0")
    answer = other.post(url, data={"presence": "absent", "version": "0"})
    page = text_of(other, answer.headers["location"])
    assert "Somebody else had marked this person meanwhile" in page
    history = text_of(other, url)
    assert history.index(": Absent") < history.index(": Arrived")


def test_nobody_undoes_a_colleagues_press_unseen(enter: Enter, scene: Scene) -> None:
    one, other = enter(Role.FACILITATOR), enter(Role.HEALTH_WORKER)
    url = f"/appointments/{scene.place(1)}/presence"
    press(one, url, presence="arrived", version="0")
    press(other, url, presence="late", version="1")
    assert one.post(url, data={"presence": "undo", "version": "1"}).status_code == 409
    press(one, url, presence="undo", version="2")


def test_closing_answers_with_everybody_who_is_missing_and_a_link_to_each(
    enter: Enter, database: Database, scene: Scene
) -> None:
    with database.write() as db:
        for number in range(1, 9):
            mark(db, scene.place(number), "arrived", by=scene.marcus, now=at("10:00"))
    answer = enter(Role.FACILITATOR).post(f"/sessions/{scene.session.id}/closing")
    assert answer.status_code == 409
    page = BeautifulSoup(answer.text, "html.parser")
    links = {link.get_text(strip=True): link["href"] for link in page.select("main .work-row a")}
    assert links == {
        "Record Ivo N.": f"{day_url(scene)}#row-{scene.place(9)}",
        "Record Joe M.": f"{day_url(scene)}#row-{scene.place(10)}",
    }


@pytest.fixture
def eli(database: Database, scene: Scene) -> ConsultInterval:
    with database.write() as db:
        return the_whole_day(db, scene)[4]


def test_a_refused_correction_keeps_what_was_typed_and_changes_nothing(
    enter: Enter, database: Database, eli: ConsultInterval, set_clock: SetClock
) -> None:
    set_clock(at("11:50"))
    client = enter(Role.FACILITATOR)
    typed = {"starts": "10:55", "ends": "11:03", "reason": "typed wrong"}
    answer = client.post(f"/consults/{eli.id}/correction", data=typed)
    assert answer.status_code == 422
    assert "That overlaps the consult from 11:02 am to 11:12 am." in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    assert [page.find(id=name)["value"] for name in typed] == ["10:55", "11:03", "typed wrong"]
    with database.read() as db:
        assert db.exec(select(ConsultInterval).where(col(ConsultInterval.superseded_at).is_not(None))).all() == []


def test_a_correction_needs_a_reason(enter: Enter, eli: ConsultInterval, set_clock: SetClock) -> None:
    set_clock(at("11:50"))
    client = enter(Role.FACILITATOR)
    assert client.post(f"/consults/{eli.id}/correction", data={"starts": "10:55", "ends": "11:02"}).status_code == 422


def test_the_doctor_confirms_what_the_facilitator_corrected(
    enter: Enter, database: Database, scene: Scene, eli: ConsultInterval, set_clock: SetClock
) -> None:
    set_clock(at("11:50"))
    client = enter(Role.FACILITATOR)
    press(client, f"/consults/{eli.id}/correction", starts="10:55:30", ends="11:02", reason="typed wrong")
    assert "To be confirmed by the clinician" in text_of(client, day_url(scene))
    with database.read() as db:
        new = db.exec(select(ConsultInterval).where(col(ConsultInterval.replaces_id) == eli.id)).one()
    assert client.post(f"/consults/{new.id}/confirmation").status_code == 403
    other = enter(Role.CLINICIAN)
    assert other.post(f"/consults/{new.id}/confirmation").status_code == 403
    with database.write() as db:
        doctor = db.get(Practitioner, scene.doctor.id)
        assert doctor is not None
        doctor.user_id = other.user.id  # type: ignore[attr-defined]
    assert "Confirm my minutes" in text_of(other, day_url(scene))
    press(other, f"/consults/{new.id}/confirmation")
    assert "To be confirmed" not in text_of(other, day_url(scene))


def test_stays_are_corrected_and_entered_with_times(
    enter: Enter, database: Database, scene: Scene, eli: ConsultInterval, set_clock: SetClock
) -> None:
    set_clock(at("11:50"))
    client = enter(Role.FACILITATOR)
    with database.read() as db:
        (stay,) = db.exec(select(ClinicianPresence)).all()
    assert 'value="10:25:30"' in client.get(f"/clinician-presences/{stay.id}/correction").text
    cut = client.post(
        f"/clinician-presences/{stay.id}/correction", data={"starts": "10:25", "ends": "11:20", "reason": "why not"}
    )
    assert "from 11:19 am to 11:26 am" in cut.text
    assert cut.status_code == 422
    press(client, f"/clinician-presences/{stay.id}/correction", starts="10:25", ends="11:28", reason="Clock was slow")
    with database.read() as db:
        standing = db.exec(select(ClinicianPresence).where(col(ClinicianPresence.superseded_at).is_(None))).one()
    assert "by hand: Clock was slow" in text_of(client, f"/clinician-presences/{standing.id}/correction")
    entry = f"/sessions/{scene.session.id}/entered-presences"
    assert client.get(entry).status_code == 200
    overlap = client.post(
        entry, data={"practitioner_id": str(scene.doctor.id), "starts": "11:00", "ends": "11:40", "reason": "Came back"}
    )
    assert "That overlaps the stay from 10:25 am to 11:28 am." in overlap.text
    press(client, entry, practitioner_id=str(scene.doctor.id), starts="11:30", ends="11:40", reason="Came back")


def test_after_the_session_times_are_typed_and_marked_as_such(
    enter: Enter, database: Database, scene: Scene, set_clock: SetClock
) -> None:
    set_clock(at("15:10"))
    client = enter(Role.FACILITATOR)
    url = f"/appointments/{scene.place(1)}/presence"
    assert client.post(url, data={"presence": "arrived"}).status_code == 409
    assert client.post(url, data={"presence": "arrived", "typed": "on", "reason": "Paper"}).status_code == 422
    assert client.post(url, data={"presence": "arrived", "typed": "on", "at": "10:02"}).status_code == 422
    assert client.post(url, data={"presence": "here", "typed": "on"}).status_code == 422
    press(client, url, presence="arrived", typed="on", at="10:02", reason="From the paper sheet")
    assert "Recorded afterwards" in text_of(client, url)
    with database.read() as db:
        assert db.exec(select(AttendanceMark)).one().happened_at == at("10:02")


def test_a_consult_nobody_pressed_is_entered_and_waits_for_the_doctor(
    enter: Enter, scene: Scene, eli: ConsultInterval, set_clock: SetClock
) -> None:
    set_clock(at("15:10"))
    client = enter(Role.FACILITATOR)
    url = f"/appointments/{scene.place(9)}/entered-consults"
    assert client.get(url).status_code == 200
    assert client.post(url, data={"starts": "10:40", "ends": "10:41", "reason": "No press"}).status_code == 422
    form = {"practitioner_id": str(scene.doctor.id), "starts": "10:40", "ends": "10:41", "reason": "No press"}
    press(client, url, **form)
    page = text_of(client, day_url(scene))
    assert "Recorded afterwards" in page
    assert "To be confirmed by the clinician" in page


def test_only_clinicians_of_the_session_tick_notes(enter: Enter, database: Database, scene: Scene) -> None:
    with database.write() as db:
        mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:00"))
    url = f"/appointments/{scene.place(1)}/note"
    assert enter(Role.FACILITATOR).post(url, data={"done": "on"}).status_code == 403
    assert enter(Role.CLINICIAN).post(url, data={"done": "on"}).status_code == 403
    doctor = enter(Role.CLINICIAN)
    with database.write() as db:
        db.get_one(Practitioner, scene.doctor.id).user_id = doctor.user.id  # type: ignore[attr-defined]
    press(doctor, url, done="on")
    assert "Take back the note tick" in text_of(doctor, day_url(scene))
    press(doctor, url)
    assert "Take back the note tick" not in text_of(doctor, day_url(scene))


def test_a_wrong_press_is_taken_back_with_its_reason(
    enter: Enter, scene: Scene, eli: ConsultInterval, set_clock: SetClock
) -> None:
    set_clock(at("11:50"))
    client = enter(Role.FACILITATOR)
    assert client.post(f"/consults/{eli.id}/withdrawal", data={}).status_code == 422
    for _ in range(2):  # a double press of the button takes back once
        press(client, f"/consults/{eli.id}/withdrawal", why="Pressed the wrong name", idempotency_key="w" * 32)
    assert client.get(f"/consults/{eli.id}/correction").status_code == 409
    assert "Eli J. Dr Sam Okafor" not in text_of(client, day_url(scene))
    (taken_back,) = re.findall(r"Taken back: .*?\)", text_of(client, f"/appointments/{scene.place(5)}/presence"))
    assert taken_back == "Taken back: 10:56 am to 11:01 am (Pressed the wrong name)"


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/{x}/day",
        "/appointments/{x}/presence",
        "/consults/{x}/correction",
        "/clinician-presences/{x}/correction",
        "/sessions/{x}/walk-ins",
        "/sessions/{x}/closing",
        "/sessions/{x}/sheets/staff",
        "/sessions/{x}/sheets/evidence.pdf",
    ],
)
def test_what_is_not_there_is_said_to_be_missing(enter: Enter, path: str) -> None:
    client = enter(Role.FACILITATOR)
    assert client.get(path.format(x=UUID(int=5))).status_code == 404
    assert client.get(path.format(x="nonsense")).status_code == 404


def statements(database: Database, act: Callable[[], object]) -> int:
    seen: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    act()
    event.remove(database.engine, "before_cursor_execute", count)
    return len([each for each in seen if not re.match(r"BEGIN|SAVEPOINT|ROLLBACK|COMMIT", each)])


def test_the_page_asks_the_database_the_same_few_times_for_any_size(enter: Enter, database: Database) -> None:
    client = enter(Role.FACILITATOR)
    counts = []
    for people in (1, 10):
        with database.write() as db:
            scene = yarn_up(db, people)
            for number in range(1, people + 1):
                mark(db, scene.place(number), "arrived", by=scene.marcus, now=at("10:00"))
        counts.append(statements(database, lambda url=day_url(scene): client.get(url)))
    assert counts[0] == counts[1] <= 8


def test_a_session_of_another_day_takes_no_presses(enter: Enter, scene: Scene, set_clock: SetClock) -> None:
    set_clock(datetime.fromisoformat("2026-11-22T22:00:00+00:00"))
    client = enter(Role.FACILITATOR)
    assert "Nothing can be recorded yet" in text_of(client, day_url(scene))
    assert client.post(f"/appointments/{scene.place(1)}/presence", data={"presence": "arrived"}).status_code == 409


def test_the_roll_call_of_a_cancelled_session_says_that_it_was_cancelled(
    enter: Enter, database: Database, scene: Scene
) -> None:
    with database.write() as db:
        db.get_one(GroupSession, scene.session.id).status = SessionStatus.CANCELLED
    text = text_of(enter(Role.FACILITATOR), day_url(scene))
    assert "This session was cancelled" in text
    assert "Nothing can be recorded yet" not in text


def test_a_session_that_is_over_says_where_consults_are_entered(
    enter: Enter, scene: Scene, set_clock: SetClock
) -> None:
    client = enter(Role.FACILITATOR)
    set_clock(at("10:05"))
    assert "then tap a name" in text_of(client, day_url(scene))
    set_clock(at("15:00"))
    over = text_of(client, day_url(scene))

    assert "press “Enter a consult” beside a name" in over
    assert "then tap a name" not in over


def test_printing_the_page_of_strips_prints_nobodys_name_but_the_way_to_the_strips(enter: Enter, scene: Scene) -> None:
    page = BeautifulSoup(enter(Role.FRONT_DESK).get(f"/sessions/{scene.session.id}/sheets/sign-in").text, "html.parser")
    for unprinted in page.select(".no-print"):
        unprinted.decompose()

    assert "each person gets only their own strip" in page.select_one("main .print-only").get_text()  # type: ignore[union-attr]
    assert not page.select("main table")
    assert "Alan" not in page.get_text()


def test_after_closing_a_stay_without_an_end_says_so_and_a_manager_may_put_it_right(
    enter: Enter, scene: Scene, database: Database, set_clock: SetClock
) -> None:
    with database.write() as db:
        db.get_one(GroupSession, scene.session.id).status = "closed"
        stay = ClinicianPresence(
            group_session_id=scene.session.id,
            practitioner_id=scene.doctor.id,
            starts_at=at("10:25"),
            recorded_by_id=scene.marcus.id,
            recorded_at=at("10:25"),
        )
        db.add(stay)
    set_clock(at("12:00"))
    manager = enter(Role.MANAGER)

    assert "in at 10:25 am, no time out recorded" in text_of(manager, day_url(scene))
    answer = manager.post(
        f"/clinician-presences/{stay.id}/correction",
        data={"starts": "10:25", "ends": "11:27", "reason": "Nobody pressed Out"},
    )
    assert answer.status_code == 303
    assert "10:25 am to 11:27 am" in text_of(manager, day_url(scene))
