"""A database that is held by somebody else for too long is busy, not broken."""

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from sma.web import security


def test_a_database_that_stays_locked_answers_that_the_system_is_busy() -> None:
    app = FastAPI()
    security.install(app)

    @app.get("/slow")
    def slow() -> None:
        raise OperationalError("INSERT INTO patient", {"name": "Alan"}, Exception("database is locked"))

    answer = TestClient(app).get("/slow")

    assert answer.status_code == 503
    assert "busy" in answer.text
    assert "Alan" not in answer.text
