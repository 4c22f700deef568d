"""Gathers everything that a lived day left: mail, sheets, files, pages, rows, logs and the bytes on the disk."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import select

from sma.core.audit import AuditEvent
from sma.core.outbox import Outbox
from sma.identity import Role
from sma.worker import create_worker
from sma.worker.wake import look
from tests.leaks.artefacts import NAMES, REASONS, Artefact, described
from tests.leaks.day import ATTEND, EXPORTED, GIVEN, Day, close_and_bill, live
from tests.leaks.pages import all_pages, refusals, typed_wrong
from tests.leaks.tokens import NOBODYS, WORDED
from tests.races.served import open_clinic

SHEETS = {
    "sign-in": frozenset({"preferred_name"}),
    "staff": NAMES | {"pronouns"},
    "evidence": NAMES | {"reason_consult", "reason_mark"},
}
SEATED = frozenset({*ATTEND, 6, GIVEN})
# What a number opens and what staff write freely: no byte of it may lie in the file of the database.
SEALED = {"medicare", "contact_note", "gender_term", "audience_note", "reason_not_billed", "answer_of_lead", *REASONS}
IN_THE_DATABASE = frozenset({*WORDED, "born_on", "medicare", "topic", "audience", "indigenous"}) - SEALED


def collect(folder: Path) -> list[Artefact]:
    """Live the day in a served clinic and return all that came of it."""
    with open_clinic("sqlite", folder, servers=1, worker=True) as clinic:
        day = live(clinic)
        found = [*_sheets(day), *all_pages(day, roles=(Role.FRONT_DESK, Role.CLINICIAN))]
        close_and_bill(day)
        found += [*_mail(day), *_sheets(day), *_files(day), *all_pages(day), *refusals(day), *typed_wrong(day)]
        day.wake_and_wait()
        found += _rows(day)
    look(create_worker(clinic.settings))
    return [*found, *_logs(folder), *_on_disk(clinic.settings.data_folder)]


def _mail(day: Day) -> Iterator[Artefact]:
    by_address = {guest.email: guest.number for guest in day.guests}
    for number, mail in enumerate(day.clinic.office.got):
        owner = frozenset({by_address[mail.recipient]})
        yield Artefact("message", str(number), mail.content, owner, frozenset({"preferred_name", "email"}))
        for part in mail.message.walk():
            payload = part.get_payload(decode=True)
            kind = "invite" if part.get_content_type() in ("text/calendar", "application/ics") else "message"
            if isinstance(payload, bytes):
                name = f"{number} {part.get_content_type()}"
                yield Artefact(kind, name, payload, owner, frozenset({"preferred_name", "email"}))
            yield Artefact("file name", f"mail {number}", (part.get_filename() or "").encode())


def _download(day: Day, who: str, path: str) -> tuple[bytes, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", day.clinic.ports[0], timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": f"sma_session={day.browsers[who].token}"})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    assert answer.status == 200, (path, answer.status)
    return body, (answer.getheader("content-disposition") or "").encode()


def _sheets(day: Day) -> Iterator[Artefact]:
    for kind, fields in SHEETS.items():
        path = f"/sessions/{day.ids['session']}/sheets/{kind}.pdf"
        content, name = _download(day, Role.FACILITATOR, path)
        sheet = Artefact("sheet", kind, content, SEATED, fields)
        yield sheet
        yield described(sheet, "about a sheet")
        yield Artefact("file name", kind, name)


def _files(day: Day) -> Iterator[Artefact]:
    for export_id in day.exports:
        content, name = _download(day, Role.BILLING, f"/exports/{export_id}/file")
        fields = frozenset({"preferred_name", "given_names", "family_name", "born_on", "medicare"})
        packed = content.startswith(b"PK")
        export = Artefact("workbook" if packed else "csv", "export", content, frozenset(EXPORTED), fields)
        yield export
        if packed:
            yield described(export, "about a workbook")
        yield Artefact("file name", "export", name)


def _rows(day: Day) -> Iterator[Artefact]:
    with day.clinic.database.read() as db:
        for kind, table in (("outbox", Outbox), ("audit", AuditEvent)):
            for number, row in enumerate(db.exec(select(table))):
                text = json.dumps(row.model_dump(mode="json"), ensure_ascii=False)
                yield Artefact(kind, str(number), text.encode())


def _logs(folder: Path) -> Iterator[Artefact]:
    for path in sorted(folder.glob("*.log")):
        yield Artefact("log", path.name, path.read_bytes())


def _on_disk(data_folder: Path) -> Iterator[Artefact]:
    people = frozenset({*range(12), NOBODYS})
    for path in sorted(each for each in data_folder.rglob("*") if each.is_file()):
        yield Artefact("file name", "data folder", path.name.encode())
        if path.name.startswith("sma.db"):
            yield Artefact("database", path.name, path.read_bytes(), people, IN_THE_DATABASE)
        else:
            yield Artefact("broker", path.name, path.read_bytes())
