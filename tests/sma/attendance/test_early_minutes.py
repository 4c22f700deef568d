"""A consult from before its person came: kept, and whoever typed it is told at once."""

import pytest
from fastapi import FastAPI

from sma.core.db import Database
from sma.identity import Role
from tests.sma.attendance.conftest import Enter, SetClock
from tests.sma.attendance.scene import at, clinician_in, consult, everyone_arrives, yarn_up


@pytest.mark.parametrize(("starts", "is_warned"), [("10:02", True), ("10:05", False)])
def test_a_correction_to_before_the_arrival_is_kept_and_warned_about(
    app: FastAPI, enter: Enter, set_clock: SetClock, starts: str, is_warned: bool
) -> None:
    database: Database = app.state.database
    with database.write() as db:
        scene = yarn_up(db, 2)
        everyone_arrives(db, scene, absent=None)
        clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:01"))
        pressed = consult(db, scene, 1, "10:26", "10:33")
    set_clock(at("10:40"))
    client, url = enter(Role.FACILITATOR), f"/consults/{pressed.id}/correction"

    assert "Alan D. arrived at 10:05 am." in client.get(url).text
    answer = client.post(url, data={"starts": starts, "ends": "10:12", "reason": "Typed from paper"})
    assert answer.status_code == 303
    warned = "it begins before the person arrived" in client.get(answer.headers["location"]).text
    assert warned is is_warned
