"""The verbs of a person's Medicare history: enter, end, and mark what was entered by mistake."""

from sma.entitlements.actions.referrals import ReferralLetter as ReferralLetter
from sma.entitlements.actions.referrals import end_referral as end_referral
from sma.entitlements.actions.referrals import record_referral as record_referral
from sma.entitlements.actions.registrations import record_registration as record_registration
from sma.entitlements.actions.services import mark_mistaken as mark_mistaken
from sma.entitlements.actions.services import record_plan as record_plan
from sma.entitlements.actions.services import record_service as record_service

__all__ = [
    "ReferralLetter",
    "end_referral",
    "mark_mistaken",
    "record_plan",
    "record_referral",
    "record_registration",
    "record_service",
]
