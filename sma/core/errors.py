"""The four shapes of refusal that a person can act on. Programming errors are not caught here.

Messages are read by receptionists: they say what to do next and never hold a name, number or diagnosis.
"""


class DomainError(Exception):
    """A refused act. `code` is stable for machines, `message` is for the person at the desk."""

    status = 400
    code = "refused"
    message = "That could not be done. Go back and try again."

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        self.message = message or self.message
        self.code = code or self.code
        super().__init__(self.code)


class NotFound(DomainError):
    """Absent, or not for this user to know about: the two look the same from outside."""

    status = 404
    code = "not-found"
    message = "We could not find that. It may have been moved. Go back to Today and start from there."


class Forbidden(DomainError):
    """Signed in, but this act belongs to another role."""

    status = 403
    code = "forbidden"
    message = "Your role does not include this. Ask a manager if you need it."


class Conflict(DomainError):
    """The world changed, or the act does not fit its state."""

    status = 409
    code = "conflict"
    message = "Somebody else changed this first. Look at it again, then decide."


class StaleVersion(Conflict):
    """A form was filled in against a row that has changed since."""

    code = "stale-version"
    message = "This was changed by somebody else while you were editing. Compare both, then save again."


class Invalid(DomainError):
    """A form or an imported line that cannot be taken as it stands; `fields` names each part."""

    status = 422
    code = "invalid"
    message = "Some answers need another look."

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.fields = fields or {}
