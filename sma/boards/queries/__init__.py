"""What the boards show, ready for a template that only prints."""

from sma.boards.queries.entries import Entry as Entry
from sma.boards.queries.entries import Looking as Looking
from sma.boards.queries.tally import Tally as Tally
from sma.boards.queries.tally import for_lead as for_lead
from sma.boards.queries.tally import tally as tally
from sma.boards.queries.today import LISTS as LISTS
from sma.boards.queries.today import Today as Today
from sma.boards.queries.today import listed as listed
from sma.boards.queries.today import today_board as today_board
from sma.boards.queries.week import Week as Week
from sma.boards.queries.week import week_board as week_board
