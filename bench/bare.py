"""The least a booking can be: lock, count, insert, audit, outbox in one transaction, and a template alone for pages."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import anyio.to_thread
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import event, text

from sma.core.db import Database
from sma.core.settings import Settings

# SQLite keeps what SQLAlchemy's Uuid type writes: 32 hexadecimal digits.
statements = 0


def make() -> FastAPI:
    database = Database(Settings().resolved_database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1 if database.is_sqlite else 4
        yield

    app = FastAPI(lifespan=lifespan)

    @event.listens_for(database.engine, "after_cursor_execute")
    def _count(*_: object) -> None:
        global statements
        statements += 1

    @app.get("/statements")
    def counted() -> int:
        return statements

    @app.post("/sessions/{session_id}/appointments")
    def book(
        session_id: UUID, patient_id: Annotated[UUID, Form()], user_id: Annotated[UUID, Form()]
    ) -> RedirectResponse:
        _book(database, session_id, patient_id, user_id)
        return RedirectResponse(f"/sessions/{session_id}", status_code=303)

    @app.get("/page")
    def page(request: Request, name: str) -> HTMLResponse:
        return HTMLResponse(pages[name])

    pages: dict[str, str] = {}
    return app


def _book(database: Database, session_id: UUID, patient_id: UUID, user_id: UUID) -> None:
    def key(value: UUID) -> object:
        return value.hex if database.is_sqlite else value

    now, appointment, lock = datetime.now(UTC), uuid4(), "" if database.is_sqlite else " FOR UPDATE"
    with database.write() as db:
        run = db.connection().execute
        run(text("SELECT id FROM patient WHERE id = :id" + lock), {"id": key(patient_id)}).one()
        most = run(text('SELECT "most" FROM group_session WHERE id = :id' + lock), {"id": key(session_id)}).scalar_one()
        taken = run(
            text("SELECT count(*) FROM appointment WHERE group_session_id = :id AND status = 'booked'"),
            {"id": key(session_id)},
        ).scalar_one()
        run(
            text(
                "INSERT INTO appointment (id, group_session_id, patient_id, status, is_walk_in, booked_at,"
                " booked_by_id, passed_warnings, version)"
                " VALUES (:id, :session, :patient, :status, :no, :now, :by, '{}', 1)"
            ),
            {
                "id": key(appointment),
                "session": key(session_id),
                "patient": key(patient_id),
                "status": "booked" if taken < most else "waitlist",
                "no": False,
                "now": now,
                "by": key(user_id),
            },
        )
        run(
            text(
                "INSERT INTO audit_event (id, at, by_id, did, on_kind, on_id, details)"
                " VALUES (:id, :now, :by, 'book', 'appointment', :on, :details)"
            ),
            {"id": key(uuid4()), "now": now, "by": key(user_id), "on": key(appointment), "details": json.dumps({})},
        )
        run(
            text(
                "INSERT INTO outbox (id, kind, subject_id, effect_key, created_at, due_at, attempts)"
                " VALUES (:id, 'bare', :on, '', :now, :now, 0)"
            ),
            {"id": key(uuid4()), "now": now, "on": key(appointment)},
        )
