"""Pages of claims: the work list, one line, batches and their files."""

from fastapi import APIRouter

from sma.claims.web import batches, exports, line, worklist

router = APIRouter()
for part in (worklist, line, batches, exports):
    router.include_router(part.router)
