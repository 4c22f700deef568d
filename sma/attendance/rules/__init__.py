"""What may be recorded on the day, and when it is refused. Pure: values in, values or refusals out.

"Not recorded" is the absence of an answer; it is never read as absent, and it blocks closing.
"""

from sma.attendance.rules.closing import Doubt as Doubt
from sma.attendance.rules.closing import Doubted as Doubted
from sma.attendance.rules.closing import NotComplete as NotComplete
from sma.attendance.rules.closing import NotSure as NotSure
from sma.attendance.rules.intervals import RECORDED_AFTER as RECORDED_AFTER
from sma.attendance.rules.intervals import NotRecordable as NotRecordable
from sma.attendance.rules.intervals import Span as Span
from sma.attendance.rules.intervals import check_consult as check_consult
from sma.attendance.rules.intervals import check_presence as check_presence
from sma.attendance.rules.intervals import clock_text as clock_text
from sma.attendance.rules.intervals import duration_text as duration_text
from sma.attendance.rules.intervals import is_recorded_after as is_recorded_after
from sma.attendance.rules.intervals import must_be_past as must_be_past
from sma.attendance.rules.intervals import span_text as span_text
from sma.attendance.rules.intervals import to_second as to_second
from sma.attendance.rules.presence import CAME as CAME
from sma.attendance.rules.presence import HERE as HERE
from sma.attendance.rules.presence import NOT_RECORDED as NOT_RECORDED
from sma.attendance.rules.presence import PRESENCE_WORDS as PRESENCE_WORDS
from sma.attendance.rules.presence import Marked as Marked
from sma.attendance.rules.presence import Presence as Presence
from sma.attendance.rules.presence import Standing as Standing
from sma.attendance.rules.presence import check_marks as check_marks
from sma.attendance.rules.presence import late_minutes as late_minutes
from sma.attendance.rules.presence import standing as standing
from sma.attendance.rules.presence import status_for as status_for
from sma.attendance.rules.refusals import AlreadyIn as AlreadyIn
from sma.attendance.rules.refusals import ClinicianElsewhere as ClinicianElsewhere
from sma.attendance.rules.refusals import CliniciansMinutes as CliniciansMinutes
from sma.attendance.rules.refusals import DayLocked as DayLocked
from sma.attendance.rules.refusals import HasConsult as HasConsult
from sma.attendance.rules.refusals import HasMinutes as HasMinutes
from sma.attendance.rules.refusals import NeedsClinician as NeedsClinician
from sma.attendance.rules.refusals import NotClinician as NotClinician
from sma.attendance.rules.refusals import NotHere as NotHere
from sma.attendance.rules.refusals import NotIn as NotIn
from sma.attendance.rules.refusals import NotOnTheList as NotOnTheList
from sma.attendance.rules.refusals import NotToday as NotToday
from sma.attendance.rules.refusals import Replaced as Replaced
from sma.attendance.rules.refusals import Superseded as Superseded
from sma.attendance.rules.refusals import TooLateToPress as TooLateToPress
from sma.attendance.rules.refusals import is_live as is_live
from sma.attendance.rules.refusals import must_be_live as must_be_live
from sma.attendance.rules.refusals import must_be_open as must_be_open
from sma.attendance.rules.refusals import must_be_theirs as must_be_theirs
from sma.attendance.rules.tiers import minute_marks as minute_marks
from sma.attendance.rules.tiers import needs_consults as needs_consults
