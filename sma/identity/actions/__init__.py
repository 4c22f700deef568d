"""The verbs of identity: signing in and out, the second factor, and the people who may use the system."""

from sma.identity.actions.second_factor import begin_totp as begin_totp
from sma.identity.actions.second_factor import code_fits as code_fits
from sma.identity.actions.second_factor import confirm_totp as confirm_totp
from sma.identity.actions.second_factor import own_code_fits as own_code_fits
from sma.identity.actions.second_factor import switch_off_totp as switch_off_totp
from sma.identity.actions.second_factor import take_off_totp as take_off_totp
from sma.identity.actions.sign_in import Entry as Entry
from sma.identity.actions.sign_in import Tried as Tried
from sma.identity.actions.sign_in import complete_second_factor as complete_second_factor
from sma.identity.actions.sign_in import count_try as count_try
from sma.identity.actions.sign_in import keep_wrong_proof as keep_wrong_proof
from sma.identity.actions.sign_in import open_session as open_session
from sma.identity.actions.sign_in import password_fits as password_fits
from sma.identity.actions.sign_in import pending_session as pending_session
from sma.identity.actions.sign_in import revoke_session as revoke_session
from sma.identity.actions.sign_in import sign_out as sign_out
from sma.identity.actions.sign_in import step_up as step_up
from sma.identity.actions.users import change_user as change_user
from sma.identity.actions.users import create_user as create_user
from sma.identity.actions.users import hash_password as hash_password
from sma.identity.actions.users import set_password as set_password
