"""The two questions htmx raises: may a fragment be returned, and how is the browser sent elsewhere.

With them, what makes an address one of ours.
"""

from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from sma.web import flash
from sma.web.flash import Said

# What may stand in an address as it is, the percent sign of what is escaped already included (RFC 3986, section 2.2).
_AS_THEY_ARE = ":/%#?=@[]!$&'()*+,;"

# What may stand in an address as it is, the percent sign of what is escaped already included (RFC 3986, section 2.2).
_AS_THEY_ARE = ":/%#?=@[]!$&'()*+,;"


def wants_fragment(request: Request) -> bool:
    """Tell whether the page will swap in only a part of itself.

    False for plain browsers and for htmx requests that replace the whole body.
    """
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-request-type") != "full"


def go_to(request: Request, url: str, *, say: Said | None = None) -> Response:
    """Send the browser to another page of ours after an act, with an optional one-time notice there.

    A plain form post gets 303, so that reloading cannot repeat the act.
    Raises: ValueError if `url` is not a path on this site.
    """
    if not is_local(url):
        raise ValueError("go_to only leads to pages of this site")
    response: Response
    if request.headers.get("hx-request") == "true":
        # fetch would follow a 303 by itself and the whole next page would be swapped into one fragment.
        # A header holds Latin-1 only, and an address may hold a name in any letters.
        response = Response(headers={"HX-Redirect": quote(url, safe=_AS_THEY_ARE)})
    else:
        response = RedirectResponse(url, status_code=303)
    response.headers["Cache-Control"] = "no-store"
    if say is not None:
        flash.attach(request, response, say)
    return response


def is_local(url: str) -> bool:
    """Tell whether a URL stays on this site."""
    # Browsers read "//host" and "/\\host" as another host, and drop tabs and line ends before they decide.
    return url.startswith("/") and url[1:2] not in ("/", "\\") and url.isprintable()


def local_or(url: str, otherwise: str) -> str:
    """Return an address that somebody handed in if it stays on this site, else another one."""
    return url if is_local(url) else otherwise


def split_claimed(url: str) -> SplitResult:
    """Take apart an address that the sender claims in a header; one that is no address has no parts."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
