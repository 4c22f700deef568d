"""Who is using the system: users, roles and permissions, sign-in sessions, second factor.

A route says `user: Annotated[CurrentUser, require(Permission.X)]`; that is all other slices need.
"""

from sma.identity.actions import change_user as change_user
from sma.identity.actions import create_user as create_user
from sma.identity.actions import hash_password as hash_password
from sma.identity.actions import set_password as set_password
from sma.identity.actions import take_off_totp as take_off_totp
from sma.identity.current import OPEN_TO_ALL as OPEN_TO_ALL
from sma.identity.current import CurrentUser as CurrentUser
from sma.identity.current import OwnPasswordNeeded as OwnPasswordNeeded
from sma.identity.current import SignInNeeded as SignInNeeded
from sma.identity.current import as_current as as_current
from sma.identity.current import permission_of as permission_of
from sma.identity.current import require as require
from sma.identity.current import roles_of as roles_of
from sma.identity.models import User as User
from sma.identity.rules import ROLE_WORDS as ROLE_WORDS
from sma.identity.rules import Permission as Permission
from sma.identity.rules import Role as Role

__all__ = [
    "OPEN_TO_ALL",
    "ROLE_WORDS",
    "CurrentUser",
    "OwnPasswordNeeded",
    "Permission",
    "Role",
    "SignInNeeded",
    "User",
    "as_current",
    "change_user",
    "create_user",
    "hash_password",
    "permission_of",
    "require",
    "roles_of",
    "set_password",
    "take_off_totp",
]
