"""Every address answers every role as the committed table says, for one's own session and for another."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from sma.identity import Permission, Role, permission_of
from sma.identity.rules import PERMISSIONS
from tests.house.role_table import NOBODY, TABLE, WHO, Answers, ask_everything, lines_of, read_table
from tests.house.routes import routes_of

pytestmark = pytest.mark.timeout(400)

REGENERATE = f"run python -m tests.house.role_table and review the difference in {TABLE.name}"
# A clinician confirms and claims nothing but their own; nobody ends another person's sign-in or reads their answers.
# Rows that belong to one session, to a person in it, or to one clinician: whoever sees only their own sessions is kept
# out of the rest.
OF_ONE_SESSION = {
    "{session_id}",
    "{session_role_id}",
    "{appointment_id}",
    "{patient_id}",
    "{presence_id}",
    "{consult_id}",
    "{claim_id}",
    "{batch_id}",
    "{export_id}",
    "{assignment_id}",
    "{letter_id}",
}
REFUSED_BEYOND_PERMISSIONS = {
    "/consults/{consult_id}/confirmation",
    "/claims/{claim_id}/approval",
    "/claims/{claim_id}/not-billed",
    "/claims/{claim_id}/void",
    "/account/sessions/{session_id}/end",
    "/questions/{question_id}/reading",
}
# Answers loopback only, or the holder of a token; absent for everybody else.
ABSENT_FOR_ALL = {"/metrics"}
# Whoever reads claims may press it, and the verb asks for one of these besides.
ONE_OF = {"/claims/{claim_id}/new-version": {Permission.APPROVE_CLAIMS, Permission.EXPORT_CLAIMS}}
# What came back without a line of theirs is not there for a clinician.
ABSENT_WITHOUT_OWN_LINES = "/claim-reports/{report_id}"
# A row that is there only for whoever wrote it.
ABSENT_FOR_OTHERS = {"/questions/{question_id}/reading"}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return ask_everything(tmp_path_factory.mktemp("roles"))


def test_every_route_stands_in_the_table_and_nothing_else(app: FastAPI) -> None:
    present, listed = set(lines_of(app)), set(read_table())

    assert sorted(present - listed) == [], f"not in the table: {REGENERATE}"
    assert sorted(listed - present) == [], f"in the table, but gone: {REGENERATE}"


def test_everybody_gets_the_answer_that_the_table_gives(answers: Answers) -> None:
    table = read_table()

    otherwise = [
        f"{' '.join(line)}: {who} gets {given[who]}, the table says {table[line][who]}"
        for line, given in answers.items()
        for who in WHO
        if line in table and given[who] != table[line][who]
    ]

    assert otherwise == [], REGENERATE


def test_the_table_agrees_with_the_permissions_of_each_role(app: FastAPI) -> None:
    demanded = {
        (method, route.path): permission_of(route.calls) for route in routes_of(app) for method in route.methods
    }
    wrong = []
    for line, given in read_table().items():
        permission = demanded[line.method, line.path]
        for role in Role:
            may = permission == "open" or permission in PERMISSIONS[role]
            may = may and not PERMISSIONS[role].isdisjoint(ONE_OF.get(line.path, PERMISSIONS[role]))
            beyond = line.whose == "other" and (line.path in REFUSED_BEYOND_PERMISSIONS or kept_out(role, line.path))
            if may == (given[role] == 403) and not (may and beyond):
                wrong.append(f"{' '.join(line)}: {role} gets {given[role]}")
    assert wrong == []


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(app: FastAPI) -> None:
    opened = {
        (method, route.path)
        for route in routes_of(app)
        for method in route.methods
        if permission_of(route.calls) == "open"
    }
    for line, given in read_table().items():
        if (line.method, line.path) not in opened:
            assert given[NOBODY] == (303 if line.method == "GET" else 401), line


def test_no_answer_in_the_table_is_a_fault_or_a_row_that_was_not_found() -> None:
    for line, given in read_table().items():
        if line.path not in ABSENT_FOR_ALL | ABSENT_FOR_OTHERS and line.whose != "other":
            assert {given[who] for who in WHO} <= {200, 303, 401, 403, 422}, line


def test_a_line_for_another_session_differs_only_where_it_is_known_to() -> None:
    table = read_table()
    different = {
        (line.path, who)
        for line, given in table.items()
        for who in WHO
        if line.whose == "other" and given[who] != table[line._replace(whose="own")][who]
    }
    assert {path for path, who in different if who == NOBODY or not kept_out(Role(who), path)} == {
        "/account/sessions/{session_id}/end",
        ABSENT_WITHOUT_OWN_LINES,
    }
    assert {who for path, who in different if path == ABSENT_WITHOUT_OWN_LINES} == {Role.CLINICIAN}
    assert {path for path, who in different if who == Role.CLINICIAN} >= {"/sessions/{session_id}/day"}


def test_a_clinician_is_kept_out_of_every_session_they_do_not_work_on() -> None:
    let_in = [
        " ".join(line)
        for line, given in read_table().items()
        if line.whose == "other" and kept_out(Role.CLINICIAN, line.path) and given[Role.CLINICIAN] != 403
    ]
    assert let_in == []


def kept_out(role: Role, path: str) -> bool:
    """Whether an address is about one session, and this role sees only its own."""
    named = any(name in path for name in OF_ONE_SESSION) and not path.startswith("/account/")
    return named and Permission.SEE_EVERY_SESSION not in PERMISSIONS[role]


def test_only_those_who_may_book_run_or_bill_are_allowed_to_change_anything() -> None:
    changing = {
        Permission.BOOK,
        Permission.RUN_SESSION,
        Permission.EXPORT_CLAIMS,
        Permission.MANAGE_USERS,
        Permission.APPROVE_AUDIENCE,
        Permission.PLAN_SESSIONS,
    }
    lookers = [role for role in Role if not changing & PERMISSIONS[role]]
    for line, given in read_table().items():
        if line.method == "POST" and not line.path.startswith(("/account", "/sign-", "/step-up", "/people/search")):
            assert {given[role] for role in lookers} == {403}, line


def test_the_table_is_sorted_and_whole() -> None:
    table = list(read_table())
    assert table == sorted(table, key=lambda line: (line.path, line.method, line.whose == "other"))
    assert Path(TABLE).read_text(encoding="utf-8").endswith("\n")
