"""Pages of claims: the work list, one line, assignments of benefit, batches and their files."""

from fastapi import APIRouter

from sma.claims.web import agreements, batches, exports, line, worklist

router = APIRouter()
for part in (worklist, line, agreements, batches, exports):
    router.include_router(part.router)
