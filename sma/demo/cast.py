"""Who works and who comes in the demonstration clinic. All invented; numbers are published test values.

Medicare numbers: the HL7 Australia test data set (CC0), and the test cards that Services Australia's vendor environment
and a payment gateway publish for developers. Provider numbers: the HL7 Australia test data set.
"""

from dataclasses import dataclass
from datetime import date

from sma.identity import Role

PASSWORD = "yarn up demonstration"  # noqa: S105 - printed for everybody who tries the demonstration


@dataclass(frozen=True)
class Login:
    username: str
    name: str
    roles: frozenset[Role]


LOGINS = (
    Login("tahlia", "Tahlia Brook", frozenset({Role.FRONT_DESK})),
    Login("marcus", "Marcus Webb", frozenset({Role.FACILITATOR, Role.HEALTH_WORKER})),
    Login("aunty.dot", "Aunty Dot Ryan", frozenset({Role.CULTURAL_LEAD})),
    Login("dr.okafor", "Dr Sam Okafor", frozenset({Role.CLINICIAN})),
    Login("dr.raman", "Dr Priya Raman", frozenset({Role.CLINICIAN})),
    Login("leah", "Leah Kemp", frozenset({Role.HEALTH_WORKER, Role.CLINICIAN})),
    Login("karen", "Karen Liu", frozenset({Role.MANAGER, Role.BILLING})),
    Login("ravi", "Ravi Nair", frozenset({Role.BILLING})),
    Login("noor", "Noor Aziz", frozenset({Role.SAFETY_LEAD})),
    Login("admin", "Jess Tran", frozenset({Role.ADMINISTRATOR})),
)


@dataclass(frozen=True)
class Worker:
    """`numbers` are provider numbers by place key."""

    key: str
    username: str | None
    prefix: str | None
    given: str
    family: str
    profession: str
    numbers: tuple[tuple[str, str], ...] = ()


WORKERS = (
    Worker(
        "okafor",
        "dr.okafor",
        "Dr",
        "Sam",
        "Okafor",
        "general-practitioner",
        (("clinic", "2448261H"), ("shed", "2449291T")),
    ),
    Worker("raman", "dr.raman", "Dr", "Priya", "Raman", "general-practitioner", (("clinic", "2449541L"),)),
    Worker("leah", "leah", None, "Leah", "Kemp", "dietitian", (("clinic", "2448531A"),)),
    Worker("marcus", "marcus", None, "Marcus", "Webb", "aboriginal-health-practitioner"),
    Worker("dot", "aunty.dot", None, "Dot", "Ryan", "aboriginal-health-worker"),
    Worker("huda", None, None, "Huda", "Karim", "other"),
)


@dataclass(frozen=True)
class Person:
    """`groups` None: never asked. `card` is a published Medicare test number with its reference number."""

    key: str
    preferred: str
    family: str | None
    born_on: date
    groups: tuple[str, ...] | None = ("open", "mens")
    card: tuple[str, str] | None = None
    email: bool = True
    agreed: bool = True
    enduring: bool = True
    estimated: bool = False
    pronouns: str | None = None
    language: str | None = None


MEN = (
    Person("alan", "Alan", "Drum", date(1968, 2, 11), card=("4951651671", "1")),
    Person("ben", "Ben", "Farr", date(1971, 9, 30), card=("6951826031", "1")),
    Person("cody", "Cody", "Hale", date(1980, 5, 3), card=("6951826031", "2")),
    Person("des", "Des", "Irons", date(1959, 12, 24), card=("2954541041", "1")),
    Person("eli", "Eli", "Jury", date(1966, 6, 17), card=("2954541041", "2")),
    Person("frank", "Frank", "Kell", date(1974, 1, 8), card=("6951825241", "1")),
    Person("gus", "Gus", "Lodge", date(1957, 10, 2), card=("2509999891", "1")),
    Person("hal", "Hal", "Moor", date(1983, 3, 29), card=("2510484911", "1")),
    Person("ivo", "Ivo", "Nash", date(1962, 8, 14), card=("4951525561", "1")),
    Person("joe", "Joe", "Marlow", date(1965, 7, 1), card=("4951525561", "2"), enduring=False, estimated=True),
    Person("kye", "Kye", "Rowe", date(1990, 4, 20), groups=("mens",), card=("4951525561", "3"), pronouns="he/him"),
    Person("gawa", "Gäwa", "Ŋurruwutthun", date(1977, 11, 5), card=("6950507392", "1")),
    Person("tom", "Tom", "Pell", date(1969, 2, 2), groups=None, card=("2950975362", "1"), agreed=False),
)
WOMEN = (
    Person("sandra", "Sandra", "Pike", date(1964, 3, 12), ("womens", "open"), ("3950387652", "1")),
    Person("mina", "Mina", "Saleh", date(1986, 9, 9), ("womens",), ("2951201842", "1"), pronouns="she/her"),
    Person("amal", "Amal", "Haddad", date(1972, 1, 19), ("womens",), ("2951201842", "2"), language="ar"),
    Person("noura", "نورة", "حداد", date(1981, 12, 1), ("womens",), ("2951201842", "3"), language="ar"),
    Person("linh", "Linh", "Nguyễn", date(1979, 7, 23), ("womens", "open"), ("2951201842", "4"), language="vi"),
    Person("mei", "美玲", "陈", date(1970, 6, 6), ("womens", "open"), ("2293653284", "1"), language="cmn"),
    Person("ruth", "Ruth", "Okello", date(1958, 5, 27), ("womens", "open"), email=False),
    Person("bea", "Bea", None, date(1992, 10, 10), ("womens", "open")),
)
DIED = Person("wal", "Wal", "Emery", date(1949, 8, 2), email=False)
EVERYBODY = (*MEN, *WOMEN, DIED)
