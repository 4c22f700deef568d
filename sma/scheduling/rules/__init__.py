"""Decisions about programs and sessions. Pure: values in, values out; no database, no request, no wall clock.

`states` says what a session may become, `audience` for whom it may be published, `capacity` how many it can hold,
`planning` what a plan needs to be taken, `readiness` who and what is still missing.
"""

from sma.scheduling.rules.audience import AUDIENCE_WORDS as AUDIENCE_WORDS
from sma.scheduling.rules.audience import BASIS_WORDS as BASIS_WORDS
from sma.scheduling.rules.audience import AudienceBasis as AudienceBasis
from sma.scheduling.rules.audience import AudienceRecord as AudienceRecord
from sma.scheduling.rules.audience import NotApprovable as NotApprovable
from sma.scheduling.rules.audience import SettingPlan as SettingPlan
from sma.scheduling.rules.audience import approval_gap as approval_gap
from sma.scheduling.rules.audience import reason_gap as reason_gap
from sma.scheduling.rules.audience import record_gap as record_gap
from sma.scheduling.rules.audience import review_gap as review_gap
from sma.scheduling.rules.audience import same_audience as same_audience
from sma.scheduling.rules.audience import setting_problems as setting_problems
from sma.scheduling.rules.capacity import NOT_OF_A_PROGRAM as NOT_OF_A_PROGRAM
from sma.scheduling.rules.capacity import TIMED_FAMILY as TIMED_FAMILY
from sma.scheduling.rules.capacity import MinutesEach as MinutesEach
from sma.scheduling.rules.capacity import billing_families as billing_families
from sma.scheduling.rules.capacity import ceiling as ceiling
from sma.scheduling.rules.capacity import least_minutes as least_minutes
from sma.scheduling.rules.capacity import minutes_each as minutes_each
from sma.scheduling.rules.planning import NotPlannable as NotPlannable
from sma.scheduling.rules.planning import ProgramPlan as ProgramPlan
from sma.scheduling.rules.planning import SessionPlan as SessionPlan
from sma.scheduling.rules.planning import Span as Span
from sma.scheduling.rules.planning import new_code as new_code
from sma.scheduling.rules.planning import program_problems as program_problems
from sma.scheduling.rules.planning import session_span as session_span
from sma.scheduling.rules.readiness import Need as Need
from sma.scheduling.rules.readiness import NotReady as NotReady
from sma.scheduling.rules.readiness import Readiness as Readiness
from sma.scheduling.rules.readiness import Working as Working
from sma.scheduling.rules.readiness import readiness as readiness
from sma.scheduling.rules.states import ROLE_ORDER as ROLE_ORDER
from sma.scheduling.rules.states import ROLE_WORDS as ROLE_WORDS
from sma.scheduling.rules.states import STATE_WORDS as STATE_WORDS
from sma.scheduling.rules.states import Modality as Modality
from sma.scheduling.rules.states import SessionLocked as SessionLocked
from sma.scheduling.rules.states import SessionRoleKind as SessionRoleKind
from sma.scheduling.rules.states import SessionState as SessionState
from sma.scheduling.rules.states import SessionStatus as SessionStatus
from sma.scheduling.rules.states import must_be_draft as must_be_draft
from sma.scheduling.rules.states import must_be_open_to_change as must_be_open_to_change
from sma.scheduling.rules.states import must_become as must_become
from sma.scheduling.rules.states import state_of as state_of
