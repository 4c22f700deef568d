"""Pages of identity: signing in, one's own account, and the people who may use the system."""

from fastapi import APIRouter

from sma.identity.web import account, sign_in, users

router = APIRouter()
for part in (sign_in, account, users):
    router.include_router(part.router)
