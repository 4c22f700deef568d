"""A browser as small as a race needs: it keeps its cookie, reads forms off pages and presses their buttons."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

SECONDS = 90


@dataclass(frozen=True)
class Form:
    """What one button would send, the form's hidden key included."""

    action: str
    fields: dict[str, str]
    button: str

    def filled(self, **answers: str) -> "Form":
        return Form(self.action, self.fields | answers, self.button)


@dataclass(frozen=True)
class Page:
    """One answer."""

    status: int
    leads_to: str
    text: str

    def form(self, button: str) -> Form:
        """Return the form of the first button whose words hold `button`."""
        found = [form for form in self.forms() if button in form.button]
        assert found, f"no button {button!r} on a page of status {self.status}: {[f.button for f in self.forms()]}"
        return found[0]

    def forms(self) -> list[Form]:
        page = BeautifulSoup(self.text, "html.parser")
        return [
            Form(str(form["action"]), _fields(form, button), button.get_text(" ", strip=True))
            for form in page.select("form[method=post]")
            for button in form.select("button")
        ]


def _fields(form: Tag, button: Tag) -> dict[str, str]:
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden][name]")}
    if button.get("name"):
        fields[str(button["name"])] = str(button.get("value", ""))
    return fields


@dataclass(frozen=True)
class Browser:
    """One signed-in browser at one server."""

    port: int
    token: str

    def at(self, port: int) -> "Browser":
        return Browser(port, self.token)

    def open(self, path: str) -> Page:
        return self._ask("GET", path, None)

    def press(self, form: Form) -> Page:
        return self._ask("POST", form.action, form.fields)

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Cookie": f"sma_session={self.token}", "Sec-Fetch-Site": "same-origin"}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Page(answer.status, answer.getheader("location") or "", text)
        finally:
            connection.close()
