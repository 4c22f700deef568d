"""May a session be closed? Only when everyone is recorded, no clock runs, and no clinician is still in the room."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sma.core.errors import Conflict


@dataclass(frozen=True)
class OpenPoints:
    """What is still open, by the rows a page can lead to."""

    unrecorded: tuple[UUID, ...] = ()  # appointments
    running: tuple[UUID, ...] = ()  # appointments whose consult runs
    still_in: tuple[UUID, ...] = ()  # practitioners

    @property
    def count(self) -> int:
        return len(self.unrecorded) + len(self.running) + len(self.still_in)


class NotComplete(Conflict):
    """The session can't be closed yet. `points` carries whom it concerns, for a page that may name them."""

    code = "not-complete"
    message = "This session can't be closed yet. Record everyone, stop the clock and record that the clinician is out."

    def __init__(self, points: OpenPoints) -> None:
        self.points = points
        super().__init__()


def open_points(
    people: Sequence[tuple[UUID, str | None]], running: Sequence[UUID], still_in: Sequence[UUID]
) -> OpenPoints:
    """Collect what stands against closing. `people`: each place (appointment) with its presence, None: not recorded."""
    unrecorded = tuple(appointment for appointment, presence in people if presence is None)
    return OpenPoints(unrecorded, tuple(running), tuple(still_in))
