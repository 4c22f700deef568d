"""What pages, sheets and claims read of a day."""

from sma.attendance.queries.closing import ClosingFacts as ClosingFacts
from sma.attendance.queries.closing import closing_facts as closing_facts
from sma.attendance.queries.day import read_day as read_day
from sma.attendance.queries.facts import ConsultFacts as ConsultFacts
from sma.attendance.queries.facts import DayFacts as DayFacts
from sma.attendance.queries.facts import PersonFacts as PersonFacts
from sma.attendance.queries.facts import StayFacts as StayFacts
from sma.attendance.queries.facts import day_facts as day_facts
from sma.attendance.queries.facts import other_consults as other_consults
from sma.attendance.queries.one import consult_in_day as consult_in_day
from sma.attendance.queries.one import consults_taken_back as consults_taken_back
from sma.attendance.queries.one import mark_lines as mark_lines
from sma.attendance.queries.one import session_of_appointment as session_of_appointment
from sma.attendance.queries.one import session_of_consult as session_of_consult
from sma.attendance.queries.one import session_of_stay as session_of_stay
from sma.attendance.queries.rows import ConsultRow as ConsultRow
from sma.attendance.queries.rows import Day as Day
from sma.attendance.queries.rows import PersonRow as PersonRow
from sma.attendance.queries.rows import StayRow as StayRow
