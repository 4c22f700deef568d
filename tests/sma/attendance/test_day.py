from datetime import timedelta

import pytest
from sqlmodel import col, select

from sma.attendance import (
    DayFacts,
    Doubt,
    NotComplete,
    add_consult,
    add_presence,
    clinician_in,
    clinician_out,
    close_session,
    confirm_consult,
    correct_consult,
    correct_presence,
    day_facts,
    mark,
    start_consult,
    stop_consult,
    tick_note,
    undo_mark,
    withdraw_consult,
)
from sma.attendance.models import AttendanceMark, ClinicianPresence, ConsultInterval
from sma.attendance.rules import (
    ClinicianElsewhere,
    DayLocked,
    HasConsult,
    NeedsClinician,
    NotClinician,
    NotHere,
    NotIn,
    NotOnTheList,
    NotRecordable,
    NotToday,
    Replaced,
    TooLateToPress,
)
from sma.core.audit import AuditEvent
from sma.core.db import WriteSession
from sma.core.outbox import Outbox
from tests.factories import make_location, make_practitioner, make_session
from tests.sma.attendance.scene import Scene, at, consult, everyone_arrives, the_whole_day, yarn_up


def facts_of(db: WriteSession, scene: Scene) -> DayFacts:
    db.flush()
    return day_facts(db, scene.session.id)


def test_a_whole_yarn_up_is_recorded_to_the_second(db: WriteSession) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)

    close_session(db, scene.session.id, sure=[Doubt.NO_CONSULT], by=scene.marcus, now=at("11:40"))

    day = facts_of(db, scene)
    person = {each.appointment_id: each for each in day.people}
    people = [person[place.id] for place in scene.places]
    assert sum(each.came for each in people) == 9
    assert sum(bool(each.consults) for each in people) == 8
    assert [each.presence for each in people].count("absent") == 1
    minutes = [sum(((c.ends_at - c.starts_at) for c in each.consults), timedelta()) for each in people]
    assert [m.total_seconds() / 60 for m in minutes] == [7, 7, 8, 6, 5, 10, 7, 7, 0, 0]
    assert [(s.starts_at, s.ends_at) for s in day.presences] == [(at("10:25:30"), at("11:27"))]
    assert not any(c.recorded_after or c.interrupted for each in people for c in each.consults)
    assert [place.status for place in scene.places] == ["fulfilled"] * 9 + ["noshow"]
    assert scene.session.status == "closed"
    assert [row.kind for row in db.exec(select(Outbox))] == ["session.closed"]


def test_the_next_name_ends_the_consult_before(db: WriteSession) -> None:
    scene = yarn_up(db)
    everyone_arrives(db, scene)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25:30"))

    first = start_consult(db, scene.place(1), scene.doctor.id, by=scene.marcus, now=at("10:26:10"))
    again = start_consult(db, scene.place(1), scene.doctor.id, by=scene.marcus, now=at("10:27"))
    second = start_consult(db, scene.place(2), scene.doctor.id, by=scene.marcus, now=at("10:33:05"))

    assert again.id == first.id
    assert first.ends_at == second.starts_at == at("10:33:05")
    assert second.ends_at is None


def test_a_wrong_name_pressed_for_less_than_a_second_is_no_consult(db: WriteSession) -> None:
    scene = yarn_up(db)
    everyone_arrives(db, scene)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))

    wrong = start_consult(db, scene.place(1), scene.doctor.id, by=scene.marcus, now=at("10:26:10.200"))
    right = start_consult(db, scene.place(2), scene.doctor.id, by=scene.marcus, now=at("10:26:10.900"))

    assert wrong.superseded_at is not None
    assert right.starts_at == at("10:26:10")


def test_a_man_who_comes_late_keeps_his_place_and_his_minutes(db: WriteSession) -> None:
    scene = yarn_up(db)
    outcome = mark(db, scene.place(7), "arrived", by=scene.marcus, now=at("10:38:20"))
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25:30") + timedelta(minutes=20))
    consult(db, scene, 7, "11:12", "11:19")

    assert outcome.encounter.late_minutes == 38
    assert outcome.encounter.presence == "arrived"
    assert scene.places[6].status == "arrived"
    (gus,) = [each for each in facts_of(db, scene).people if each.appointment_id == scene.place(7)]
    assert [(c.starts_at, c.ends_at) for c in gus.consults] == [(at("11:12"), at("11:19"))]


def test_mark_undo_and_mark_leave_three_lines_and_the_last_state(db: WriteSession) -> None:
    scene = yarn_up(db)
    mark(db, scene.place(1), "absent", by=scene.marcus, now=at("10:01"))
    undo_mark(db, scene.place(1), by=scene.marcus, now=at("10:02"))
    assert scene.places[0].status == "booked"
    mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:03"))

    lines = db.exec(select(AttendanceMark).order_by(col(AttendanceMark.number))).all()
    assert [(line.presence, line.reason) for line in lines] == [("absent", None), (None, "Undo"), ("arrived", None)]
    assert scene.places[0].status == "arrived"
    (alan,) = [each for each in facts_of(db, scene).people if each.appointment_id == scene.place(1)]
    assert alan.arrived_at == at("10:03")


def test_two_tablets_make_one_check_in(db: WriteSession) -> None:
    scene = yarn_up(db)
    first = mark(db, scene.place(1), "arrived", version=0, by=scene.marcus, now=at("10:01"))
    second = mark(db, scene.place(1), "arrived", version=0, by=scene.doctor_user, now=at("10:01:02"))
    clash = mark(db, scene.place(1), "absent", version=0, by=scene.doctor_user, now=at("10:01:05"))

    assert first.is_new
    assert not second.is_new
    assert first.encounter.arrived_at is None  # the newest press holds
    assert clash.clashed
    assert clash.before == "arrived"
    assert len(db.exec(select(AttendanceMark)).all()) == 2


def test_undoing_a_wrong_absent_brings_the_arrival_back(db: WriteSession) -> None:
    scene = yarn_up(db)
    mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:01"))
    mark(db, scene.place(1), "absent", by=scene.marcus, now=at("10:20"))

    encounter = undo_mark(db, scene.place(1), by=scene.marcus, now=at("10:21"))

    assert (encounter.presence, encounter.arrived_at) == ("arrived", at("10:01"))


def test_who_left_must_have_arrived_and_not_later(db: WriteSession) -> None:
    scene = yarn_up(db)
    with pytest.raises(NotRecordable):
        mark(db, scene.place(1), "left", by=scene.marcus, now=at("10:30"))
    mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("10:30"))
    with pytest.raises(NotRecordable):
        mark(db, scene.place(1), "left", at=at("10:10"), by=scene.marcus, now=at("10:40"))
    with pytest.raises(NotRecordable):
        mark(db, scene.place(1), "left", at=at("11:10"), by=scene.marcus, now=at("10:40"))


def test_a_seen_person_cannot_become_absent(db: WriteSession) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)
    with pytest.raises(HasConsult):
        mark(db, scene.place(1), "absent", by=scene.marcus, now=at("11:28"))


def test_a_cut_short_consult_is_kept_as_interrupted(db: WriteSession) -> None:
    scene = yarn_up(db)
    everyone_arrives(db, scene)
    stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25:30"))
    consult(db, scene, 3, "10:41", "10:49")
    des = start_consult(db, scene.place(4), scene.doctor.id, by=scene.marcus, now=at("10:49"))

    stop_consult(db, des.id, interrupted=True, by=scene.marcus, now=at("10:52"))
    clinician_out(db, stay.id, by=scene.marcus, now=at("10:52"))
    close_session(db, scene.session.id, sure=[Doubt.NOT_OVER, Doubt.NO_CONSULT], by=scene.marcus, now=at("11:00"))

    (cut,) = [c for each in facts_of(db, scene).people for c in each.consults if c.interrupted]
    assert cut.ends_at - cut.starts_at == timedelta(minutes=3)


def test_the_clinician_going_out_ends_the_running_consult(db: WriteSession) -> None:
    scene = yarn_up(db)
    everyone_arrives(db, scene)
    stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25:30"))
    running = start_consult(db, scene.place(1), scene.doctor.id, by=scene.marcus, now=at("10:26"))

    clinician_out(db, stay.id, by=scene.marcus, now=at("10:40"))

    assert running.ends_at == at("10:40")


def test_closing_names_both_who_are_not_recorded(db: WriteSession) -> None:
    scene = yarn_up(db)
    for number in range(1, 9):
        mark(db, scene.place(number), "arrived", by=scene.marcus, now=at("10:05"))

    with pytest.raises(NotComplete) as refusal:
        close_session(db, scene.session.id, by=scene.marcus, now=at("11:40"))

    assert set(refusal.value.unrecorded) == {scene.place(9), scene.place(10)}
    assert db.exec(select(Outbox)).all() == []
    assert scene.session.status == "open"


def test_a_closed_day_is_locked_but_for_its_clinician(db: WriteSession) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)
    close_session(db, scene.session.id, sure=[Doubt.NO_CONSULT], by=scene.marcus, now=at("11:40"))

    with pytest.raises(DayLocked):
        mark(db, scene.place(1), "left", by=scene.marcus, now=at("11:41"))
    with pytest.raises(DayLocked):
        mark(db, scene.place(1), "left", at=at("11:20"), reason="Went home", by=scene.marcus, now=at("11:41"))
    mark(db, scene.place(1), "left", at=at("11:20"), reason="Went home", by=scene.doctor_user, now=at("15:10"))
    tick_note(db, scene.place(1), by=scene.doctor_user, now=at("15:12"))

    line = db.exec(select(AttendanceMark).where(col(AttendanceMark.number) == 2)).one()
    assert line.recorded_after
    assert scene.places[0].status == "fulfilled"
    assert [row.kind for row in db.exec(select(Outbox))] == ["session.closed"]


def test_minutes_entered_in_the_afternoon_need_the_doctors_own_word(db: WriteSession) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)
    ivo = {"starts_at": at("10:40"), "ends_at": at("10:41"), "reason": "Forgot to press"}

    entered = add_consult(db, scene.place(9), scene.doctor.id, by=scene.marcus, now=at("15:10"), **ivo)

    assert entered.recorded_after
    assert [(p.consults, p.unconfirmed) for p in facts_of(db, scene).people if p.appointment_id == scene.place(9)] == [
        ((), 1)
    ]
    with pytest.raises(NeedsClinician):
        confirm_consult(db, entered.id, by=scene.marcus, now=at("15:11"))
    confirm_consult(db, entered.id, by=scene.doctor_user, now=at("15:12"))
    (person,) = [p for p in facts_of(db, scene).people if p.appointment_id == scene.place(9)]
    assert [c.recorded_after for c in person.consults] == [True]
    assert entered.confirmed_by_id == scene.doctor_user.id


def test_a_corrected_consult_replaces_the_old_one_and_both_stay(db: WriteSession) -> None:
    scene = yarn_up(db)
    eli = the_whole_day(db, scene)[4]

    new = correct_consult(
        db,
        eli.id,
        starts_at=at("10:55"),
        ends_at=at("11:02"),
        reason="typed wrong",
        by=scene.doctor_user,
        now=at("11:50"),
    )

    assert (new.replaces_id, new.reason, new.confirmed_by_id) == (eli.id, "typed wrong", scene.doctor_user.id)
    assert eli.superseded_at is not None
    assert eli.ends_at == at("11:01")
    (person,) = [p for p in facts_of(db, scene).people if p.appointment_id == scene.place(5)]
    assert [(c.starts_at, c.ends_at) for c in person.consults] == [(at("10:55"), at("11:02"))]
    with pytest.raises(Replaced):
        withdraw_consult(db, eli.id, reason="again", by=scene.doctor_user, now=at("11:51"))


def test_a_consult_cannot_be_stretched_over_the_next_one(db: WriteSession) -> None:
    scene = yarn_up(db)
    eli = the_whole_day(db, scene)[4]
    with pytest.raises(NotRecordable) as refusal:
        correct_consult(
            db, eli.id, starts_at=at("10:55"), ends_at=at("11:03"), reason="x", by=scene.doctor_user, now=at("11:50")
        )
    assert refusal.value.fields == {"ends": "That overlaps the consult from 11:02 am to 11:12 am."}


@pytest.mark.parametrize(
    ("starts", "ends", "field", "words"),
    [
        ("10:35", "10:40", "starts", "That overlaps the consult from 10:33 am to 10:40 am."),
        ("10:20", "10:25", "starts", "The clinician was in the room from 10:25:30 am to 11:27 am"),
        ("11:26", "11:28", "ends", "The clinician was in the room from 10:25:30 am to 11:27 am"),
        ("10:41", "10:41", "ends", "The end must be later than the start."),
        ("11:50", "11:55", "ends", "still to come"),
        ("11:53", "11:55", "starts", "still to come"),
    ],
)
def test_times_that_cannot_be_are_refused_with_times(
    db: WriteSession, starts: str, ends: str, field: str, words: str
) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)
    with pytest.raises(NotRecordable) as refusal:
        add_consult(
            db,
            scene.place(9),
            scene.doctor.id,
            starts_at=at(starts),
            ends_at=at(ends),
            reason="x",
            by=scene.marcus,
            now=at("11:52"),
        )
    assert words in refusal.value.fields[field]


def test_a_stay_cannot_be_cut_so_that_a_consult_lies_outside(db: WriteSession) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)
    (stay,) = db.exec(select(ClinicianPresence)).all()
    with pytest.raises(NotRecordable) as refusal:
        correct_presence(
            db, stay.id, starts_at=at("10:25"), ends_at=at("11:20"), reason="x", by=scene.marcus, now=at("11:30")
        )
    assert "from 11:19 am to 11:26 am" in refusal.value.fields["ends"]
    new = correct_presence(
        db, stay.id, starts_at=at("10:24"), ends_at=at("11:28"), reason="Clock", by=scene.marcus, now=at("11:30")
    )
    assert (new.replaces_id, stay.superseded_at is not None) == (stay.id, True)


def test_presses_need_the_day_the_person_and_the_clinician(db: WriteSession) -> None:
    scene = yarn_up(db)
    other = make_practitioner(db, make_location(db))
    press = {"by": scene.marcus, "now": at("10:26")}
    with pytest.raises(NotToday):
        mark(db, scene.place(1), "arrived", by=scene.marcus, now=at("17:00", day=23))
    with pytest.raises(NotHere):
        start_consult(db, scene.place(1), scene.doctor.id, **press)
    mark(db, scene.place(1), "arrived", **press)
    with pytest.raises(NotIn):
        start_consult(db, scene.place(1), scene.doctor.id, **press)
    with pytest.raises(NotClinician):
        clinician_in(db, scene.session.id, other.id, **press)
    with pytest.raises(TooLateToPress):
        mark(db, scene.place(2), "arrived", by=scene.marcus, now=at("12:31"))
    mark(db, scene.place(2), "arrived", at=at("10:02"), by=scene.marcus, now=at("12:31"))
    scene.places[2].status = "cancelled"
    db.flush()
    with pytest.raises(NotOnTheList):
        mark(db, scene.place(3), "arrived", **press)


def test_a_clinician_is_in_one_room_at_a_time(db: WriteSession) -> None:
    scene = yarn_up(db)
    elsewhere = make_session(db, clinician=scene.doctor)
    clinician_in(db, elsewhere.id, scene.doctor.id, by=scene.marcus, now=at("10:00"))
    with pytest.raises(ClinicianElsewhere):
        clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))


def test_a_forgotten_stay_is_entered_with_its_reason(db: WriteSession) -> None:
    scene = yarn_up(db)
    stay = add_presence(
        db,
        scene.session.id,
        scene.doctor.id,
        starts_at=at("10:25"),
        ends_at=at("11:27"),
        reason="Nobody pressed",
        by=scene.marcus,
        now=at("12:40"),
    )
    assert (stay.recorded_after, stay.reason) == (True, "Nobody pressed")


def test_a_consult_that_did_not_happen_stays_on_record(db: WriteSession) -> None:
    scene = yarn_up(db)
    alan = the_whole_day(db, scene)[0]
    withdraw_consult(db, alan.id, reason="Wrong name", by=scene.marcus, now=at("11:30"))

    assert (alan.superseded_at is not None, alan.withdrawn_reason) == (True, "Wrong name")
    assert len(db.exec(select(ConsultInterval)).all()) == 8
    mark(db, scene.place(1), "absent", by=scene.marcus, now=at("11:31"))


def test_the_audit_tells_what_was_done_without_names(db: WriteSession) -> None:
    scene = yarn_up(db)
    the_whole_day(db, scene)
    db.flush()
    events = db.exec(select(AuditEvent)).all()
    said = {event.did for event in events}
    assert {"mark-arrived", "mark-absent", "clinician-in", "start-consult", "stop-consult", "clinician-out"} <= said
    assert not any(name in str(event.details) for event in events for name in ("Alan", "Drum", "Okafor"))
