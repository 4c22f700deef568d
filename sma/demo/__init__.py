"""A demonstration clinic of invented people, made through the same verbs that staff use.

Names are made up; Medicare and provider numbers are published test values. Dates are relative to the day it is loaded.
"""

from sma.demo.cast import LOGINS as LOGINS
from sma.demo.cast import PASSWORD as PASSWORD
from sma.demo.load import is_demo as is_demo
from sma.demo.load import is_empty as is_empty
from sma.demo.load import load as load

__all__ = ["LOGINS", "PASSWORD", "is_demo", "is_empty", "load"]
