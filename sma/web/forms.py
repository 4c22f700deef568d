"""Forms: what the browser sent, the checked values, and errors in plain English beside each field.

Reading never raises and never clears what was typed, so a handler can always draw the form again.
"""

from collections.abc import Callable, Container, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, Field, ValidationError

from sma.web.form_body import Body, BodyError, Upload, read_body
from sma.web.form_fields import Shape, problem_with, shape_of
from sma.web.form_messages import message_for

__all__ = ["FORM", "Form", "Press", "Pressed", "Upload", "blank", "of", "with_errors"]

Model = TypeVar("Model", bound=BaseModel)


class Press(BaseModel):
    """A form that is one button, and the start of most others; its key makes a double press harmless."""

    idempotency_key: str = Field(default="", max_length=64)


# The key of errors that belong to the whole form rather than to one field.
FORM = ""


@dataclass(frozen=True)
class Form(Generic[Model]):
    """One submitted form: `raw` as typed (lists for repeated fields), `errors` by field name."""

    checked: Model | None = None
    raw: Mapping[str, str | list[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> Model:
        """The checked values, to be read only after `if form.errors:` has been answered."""
        if self.checked is None:
            raise RuntimeError("the form has errors; look at form.errors before form.values")
        return self.checked

    def text(self, name: str) -> str:
        """What was typed into a single field, for drawing it again."""
        value = self.raw.get(name, "")
        return value if isinstance(value, str) else (value[-1] if value else "")

    def chosen(self, name: str, value: object) -> bool:
        """Tell whether a radio button, tick box or option was selected."""
        given = self.raw.get(name, [])
        return _as_typed(value) in ([given] if isinstance(given, str) else given)


def of(model: type[Model]) -> Callable[[Request], Coroutine[Any, Any, Form[Model]]]:
    """Make the dependency that reads a form.

    Written as `Booking = Annotated[Form[BookingForm], Depends(of(BookingForm))]`. Blank fields count as
    missing, so defaults apply. Text is trimmed, except SecretStr. Only a body above the server's limit is
    refused outside the form, with 413.
    """

    async def read(request: Request) -> Form[Model]:
        try:
            return _check(model, await read_body(request))
        except BodyError as error:
            return Form(errors={FORM: str(error)})

    return read


Pressed = Annotated[Form[Press], Depends(of(Press))]


def blank(**start: object) -> Form[Any]:
    """Make the form for its first showing; starting values may be dates, enums, lists and so on."""
    return Form(raw={name: _start(value) for name, value in start.items() if value is not None})


def with_errors(form: Form[Model], errors: Mapping[str, str]) -> Form[Model]:
    """Return the form with further errors, such as those of a refused act; what was typed stays."""
    return replace(form, errors={**form.errors, **errors})


def _check(model: type[Model], body: Body) -> Form[Model]:
    shape = shape_of(model)
    repeats = {name for name, texts in body.texts.items() if name in shape.lists or len(texts) > 1}
    raw = {name: texts if name in repeats else texts[0] for name, texts in body.texts.items()}
    errors: dict[str, str] = {}
    for name, texts in body.texts.items():
        if problem := problem_with(texts, shape.longest.get(name)):
            errors[name if name in shape.names else FORM] = problem
    checked: Model | None = None
    try:
        checked = model.model_validate(_given(shape, body, leave_out=errors))
    except ValidationError as refusal:
        for error in refusal.errors(include_url=False, include_input=False):
            name = str(error["loc"][0]) if error["loc"] else FORM
            errors.setdefault(name, message_for(error, is_list=name in shape.lists))
    return Form(checked=None if errors else checked, raw=raw, errors=errors)


def _given(shape: Shape, body: Body, *, leave_out: Container[str]) -> dict[str, object]:
    """Gather the known fields that were filled in; of a single field sent twice, the last counts."""
    given: dict[str, object] = {}
    for name, texts in body.texts.items():
        if name not in shape.names or name in leave_out:
            continue
        clean = texts if name in shape.secrets else [text.replace("\r\n", "\n").strip() for text in texts]
        if name in shape.lists:
            given[name] = [text for text in clean if text]
        elif clean[-1]:
            given[name] = clean[-1]
    for name, files in body.files.items():
        if name in shape.names:
            given[name] = files if name in shape.lists else files[-1]
    return given


def _start(value: object) -> str | list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_typed(item) for item in value]
    return _as_typed(value)


def _as_typed(value: object) -> str:
    """Write a value as the browser would send it."""
    match value:
        case bool():
            return "on" if value else ""
        case Enum():
            return str(value.value)
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case _:
            return str(value)
