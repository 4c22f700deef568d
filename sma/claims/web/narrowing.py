"""What an address of the work list asks for: the tab, the filters and the page; and addresses that keep the rest."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import QueryParams

from sma.claims.queries import Narrowed, Tab
from sma.claims.reasons import Reason
from sma.identity import CurrentUser, Permission

FARTHEST_PAGE = 10_000
_KEPT = ("mine", "clinician", "program", "month", "reason")


@dataclass(frozen=True)
class Asked:
    """One address of the work list. `given` are its filters as they stand in the address, those that mean nothing left
    out.
    """

    tab: Tab
    page: int
    narrowed: Narrowed
    given: dict[str, str]

    @property
    def is_narrowed(self) -> bool:
        return bool(set(self.given) - {"mine"})

    @property
    def address(self) -> str:
        """This very list."""
        return self.to(page=str(self.page) if self.page > 1 else "")

    def to(self, **changes: str) -> str:
        """Return the address of this list with something changed; an empty value leaves that out."""
        wanted = {"tab": self.tab.value, **self.given, **changes}
        return "/claims?" + urlencode({name: value for name, value in wanted.items() if value})

    def of_tab(self, tab: Tab) -> str:
        """Return the address of another tab: reasons are the first one's only."""
        return self.to(tab=tab.value, reason="")


def asked(params: QueryParams, user: CurrentUser) -> Asked:
    """Read an address; what makes no sense in it is left out rather than refused, since a filter is only a wish."""
    tab = Tab(params["tab"]) if params.get("tab") in list(Tab) else Tab.NEEDS
    may_see_all = user.may(Permission.SEE_EVERY_SESSION)
    reason = params.get("reason", "")
    narrowed = Narrowed(
        own=user.id if params.get("mine") or not may_see_all else None,
        clinician=_uuid(params.get("clinician")),
        program=_uuid(params.get("program")),
        month=_month(params.get("month")),
        reason=Reason(reason) if tab is Tab.NEEDS and reason in list(Reason) else None,
    )
    sense = {
        "mine": may_see_all and narrowed.own,
        "clinician": narrowed.clinician,
        "program": narrowed.program,
        "month": narrowed.month,
        "reason": narrowed.reason,
    }
    return Asked(tab, _page(params.get("page")), narrowed, {name: params[name] for name in _KEPT if sense[name]})


def _page(text: str | None) -> int:
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), FARTHEST_PAGE)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _month(text: str | None) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01") if text and len(text) == 7 else None
    except ValueError:
        return None
    # The calendar's last year has no month after it, and no service.
    return month if month and month.year < date.max.year else None
