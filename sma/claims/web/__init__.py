"""Pages of claims: the work list, one line, batches and their files."""

from fastapi import APIRouter

from sma.claims.web import (
    accounts,
    batches,
    exports,
    line,
    payers,
    periods,
    policy,
    referrer_reports,
    responses,
    responses_file,
    responses_lodging,
    session_payers,
    volume,
    worklist,
)

router = APIRouter()
# Before a line: these addresses would be read as the id of one.
for part in (
    worklist,
    policy,
    volume,
    line,
    batches,
    exports,
    periods,
    responses_file,
    responses,
    responses_lodging,
    payers,
    session_payers,
    accounts,
    referrer_reports,
):
    router.include_router(part.router)
