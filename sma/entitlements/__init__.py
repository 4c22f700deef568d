"""What Medicare's rules need to know about a person beside the day: services had before (here outside this program,
or elsewhere), plans of care, referrals, registration under MyMedicare.

It knows nothing of lines and claims, which stand above it. Entries are ended or marked as mistakes, never edited.
"""

from sma.entitlements.actions import ReferralLetter as ReferralLetter
from sma.entitlements.actions import record_plan as record_plan
from sma.entitlements.actions import record_referral as record_referral
from sma.entitlements.actions import record_registration as record_registration
from sma.entitlements.actions import record_service as record_service
from sma.entitlements.models import EarlierRecord as EarlierRecord
from sma.entitlements.models import MyMedicareRegistration as MyMedicareRegistration
from sma.entitlements.models import ReferralRecord as ReferralRecord
from sma.entitlements.queries import Referred as Referred
from sma.entitlements.queries import earlier_services as earlier_services
from sma.entitlements.queries import my_medicare_here as my_medicare_here
from sma.entitlements.queries import referrals as referrals

__all__ = [
    "EarlierRecord",
    "MyMedicareRegistration",
    "ReferralLetter",
    "ReferralRecord",
    "Referred",
    "earlier_services",
    "my_medicare_here",
    "record_plan",
    "record_referral",
    "record_registration",
    "record_service",
    "referrals",
]
