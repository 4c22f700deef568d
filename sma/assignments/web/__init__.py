"""Pages of assignments of benefit: a session's, one to sign, one that is signed, a person's."""

from fastapi import APIRouter

from sma.assignments.web import agreements, session, signing

router = APIRouter()
for part in (session, signing, agreements):
    router.include_router(part.router)
