"""Papers of claims for people outside the clinic: the account to a patient, and the letter to who referred them.

Pure: a frozen value in, the bytes of a PDF out, the same bytes for the same value on any server and day. Each has an
HTML twin, since these PDFs are not tagged for screen readers.
"""

from sma.claims.papers.account import AccountItem, AccountPaper, Payment, account_pdf
from sma.claims.papers.letter import LetterPaper, letter_pdf

__all__ = ["AccountItem", "AccountPaper", "LetterPaper", "Payment", "account_pdf", "letter_pdf"]
