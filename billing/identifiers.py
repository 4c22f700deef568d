"""Shape and check digits of the numbers that Medicare and the Department of Veterans' Affairs issue.

A good check digit proves that nothing was mistyped in a way it can see; it does not prove whose number it is. Messages
say what to do and never repeat what was typed, because they end up on pages and in logs.
"""

import re

_MEDICARE_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
_STEM_WEIGHTS = (3, 5, 8, 4, 2, 1)
_LOCATION_WEIGHT = 6
_LOCATIONS = "0123456789ABCDEFGHJKLMNPQRTUVWXY"  # I, O, S and Z are never used
_PROVIDER_CHECKS = "YXWTLKJHFBA"
_DVA = re.compile(r"[NVQWST](?:[A-Z ][0-9]{1,6}|[A-Z]{2}[0-9]{1,5}|[A-Z]{3}[0-9]{1,4})[A-Z]?")


class Problem(ValueError):
    """An identifier that cannot be right. `message` tells the person at the desk what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_medicare(number: str) -> str:
    """Return a Medicare card number as its ten digits, without the spaces printed on the card.

    Raises: Problem. Source: HL7 AU Base, au-medicarecardnumber; 117 of the 118 card numbers of the HL7 AU test data
    agree with the check digit.
    """
    digits = re.sub(r"[\s-]", "", number)
    if not digits:
        raise Problem("medicare-missing", "Enter the ten digits from the front of the Medicare card.")
    if not re.fullmatch(r"[0-9]+", digits):
        raise Problem("medicare-characters", "A Medicare card number has digits only. Type the ten digits again.")
    if len(digits) == 11:
        raise Problem(
            "medicare-with-irn",
            "That is eleven digits. Enter the first ten here, and the digit beside the person's name as the IRN.",
        )
    if len(digits) != 10:
        raise Problem("medicare-length", "A Medicare card number has ten digits. Count them on the card.")
    if digits[0] not in "23456":
        raise Problem("medicare-first-digit", "A Medicare card number starts with 2 to 6. Check the first digit.")
    total = sum(int(digit) * weight for digit, weight in zip(digits[:8], _MEDICARE_WEIGHTS, strict=True))
    if total % 10 != int(digits[8]):
        raise Problem("medicare-check-digit", "A digit of the Medicare number is wrong. Compare it with the card.")
    if digits[9] == "0":
        raise Problem("medicare-issue-number", "The last digit of a Medicare card number is 1 to 9. Check it.")
    return digits


def check_irn(irn: str) -> str:
    """Return the individual reference number, the position of the person on the card: 1 to 9.

    Raises: Problem.
    """
    stripped = irn.strip()
    if not re.fullmatch(r"[1-9]", stripped):
        raise Problem("irn", "The IRN is the single digit, 1 to 9, printed beside the person's name on the card.")
    return stripped


def check_provider_number(number: str) -> str:
    """Return a Medicare provider number as eight characters: capital letters, leading zeros put back.

    Raises: Problem. Source: stem weights 3 5 8 4 2 1 and location value times 6, modulo 11; all 366 HL7 AU test
    numbers agree.
    """
    text = re.sub(r"\s", "", number).upper()
    if not text:
        raise Problem("provider-number-missing", "Enter the provider number for this person at this location.")
    if not 3 <= len(text) <= 8:
        raise Problem(
            "provider-number-length", "A provider number has up to eight characters, such as six digits and two more."
        )
    padded = text.zfill(8)
    stem, location, check = padded[:6], padded[6], padded[7]
    if not re.fullmatch(r"[0-9]{6}", stem):
        raise Problem("provider-number-stem", "A provider number starts with digits. Check for a letter among them.")
    if location not in _LOCATIONS:
        raise Problem("provider-number-location", "The second last character is never I, O, S or Z. Check it.")
    total = sum(int(digit) * weight for digit, weight in zip(stem, _STEM_WEIGHTS, strict=True))
    total += _LOCATIONS.index(location) * _LOCATION_WEIGHT
    if _PROVIDER_CHECKS[total % 11] != check:
        raise Problem(
            "provider-number-check", "A character of the provider number is wrong. Compare it with the letter."
        )
    return padded


def check_dva(number: str) -> str:
    """Return a DVA file number in capitals. A blank after the state letter is part of the number and is kept.

    Raises: Problem. Source: METeOR 339127 and 339130, read so that fewer digits are allowed; there is no check digit.
    """
    text = number.strip().upper()
    if not text:
        raise Problem("dva-missing", "Enter the file number from the Veteran Card.")
    if len(text) > 9 or not _DVA.fullmatch(text):
        raise Problem(
            "dva-shape",
            "A DVA file number is a state letter (N, V, Q, W, S or T), a war code, digits, sometimes one last letter.",
        )
    return text
