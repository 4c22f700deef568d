import pytest

from billing.identifiers import Problem, check_dva, check_irn, check_medicare, check_provider_number

CARDS = (
    "2509999891",
    "6950507391",
    "4951651671",
    "6951826031",
    "2954541041",
    "6951825241",
    "2510484911",
    "4951525561",
    "6950507392",
    "2000000021",
)
PROVIDERS = (
    "2426621B",
    "2447781L",
    "2448261H",
    "2449291T",
    "2449541L",
    "2448531A",
    "2452951L",
    "2453241L",
    "2452171X",
    "2449751B",
)


@pytest.mark.parametrize("number", CARDS)
def test_a_published_card_number_passes(number: str) -> None:
    assert check_medicare(number) == number


def test_spaces_as_printed_on_the_card_are_taken_out() -> None:
    assert check_medicare(" 2509 99989 1 ") == "2509999891"
    assert check_medicare("2509-99989-1") == "2509999891"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "medicare-missing"),
        ("25099998A1", "medicare-characters"),
        ("٢509999891", "medicare-characters"),
        ("250999989", "medicare-length"),
        ("25099998911", "medicare-with-irn"),
        ("250999989123", "medicare-length"),
        ("1509999891", "medicare-first-digit"),
        ("7509999891", "medicare-first-digit"),
        ("6950507381", "medicare-check-digit"),
        ("6950507380", "medicare-check-digit"),
        ("6951449677", "medicare-check-digit"),
        ("2509999890", "medicare-issue-number"),
    ],
)
def test_a_wrong_card_number_is_refused_with_its_reason_and_never_repeated(number: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        check_medicare(number)

    assert caught.value.code == code
    assert caught.value.message == str(caught.value)
    assert not number or number not in caught.value.message


@pytest.mark.parametrize("place", range(9))
@pytest.mark.parametrize("card", CARDS)
def test_every_single_wrong_digit_is_caught(card: str, place: int) -> None:
    for digit in "0123456789".replace(card[place], ""):
        with pytest.raises(Problem):
            check_medicare(card[:place] + digit + card[place + 1 :])


def test_the_irn_is_one_digit_from_1_to_9() -> None:
    assert check_irn(" 2 ") == "2"
    for wrong in ("", "0", "12", "a", "²"):
        with pytest.raises(Problem, match="beside the person's name"):
            check_irn(wrong)


@pytest.mark.parametrize("number", PROVIDERS)
def test_a_published_provider_number_passes(number: str) -> None:
    assert check_provider_number(number) == number
    assert check_provider_number(number.lower()) == number


def test_a_short_provider_number_gets_its_leading_zeros_back() -> None:
    assert check_provider_number("10X") == "0000010X"
    assert check_provider_number("1AJ") == "000001AJ"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "provider-number-missing"),
        ("2X", "provider-number-length"),
        ("24477811L", "provider-number-length"),
        ("24A7781L", "provider-number-stem"),
        ("244778OL", "provider-number-location"),
        ("2429582T", "provider-number-check"),
        ("1234561A", "provider-number-check"),
        ("1234567A", "provider-number-check"),
    ],
)
def test_a_wrong_provider_number_is_refused_with_its_reason(number: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        check_provider_number(number)

    assert caught.value.code == code
    assert not number or number not in caught.value.message


@pytest.mark.parametrize("number", ["NBUR9080", "QX144963", "W 1", "NX5A", "SCGW1234B", "QX901534"])
def test_a_veterans_file_number_passes_as_it_is(number: str) -> None:
    assert check_dva(number.lower()) == number


@pytest.mark.parametrize("number", ["", "NB1234567", "AB123456", "N", "NX", "SCGW12345B", "NX1234567"])
def test_a_wrong_veterans_file_number_is_refused(number: str) -> None:
    with pytest.raises(Problem):
        check_dva(number)
