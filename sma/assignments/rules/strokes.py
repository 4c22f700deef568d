"""A signature drawn on a screen: lines of points, checked before they are kept."""

import json
from collections.abc import Sequence

from sma.assignments.rules.methods import NotAssignable

# The pad is drawn to this size whatever the screen is; more than a hand can draw is not a signature.
WIDTH, HEIGHT = 600, 200
MOST_STROKES, MOST_POINTS, LEAST_POINTS = 200, 6000, 6
LEAST_EXTENT = 20  # of the pad's own units
LONGEST = 60_000

Strokes = tuple[tuple[tuple[int, int], ...], ...]


def read_strokes(text: str) -> Strokes:
    """Read what the pad sent: a list of strokes, each a list of [x, y] inside the pad.

    Raises: NotAssignable when it is no drawing, too little to be a signature, or too much.
    """
    try:
        strokes = tuple(tuple(_point(point) for point in stroke) for stroke in json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise _refusal("The drawing did not arrive whole. Clear it and sign again.") from None
    points = sum(len(stroke) for stroke in strokes)
    if points < LEAST_POINTS:
        raise _refusal("Sign in the box, or type the name instead.")
    if not _is_drawn([point for stroke in strokes for point in stroke]):
        raise _refusal("A touch on one spot is no signature. Sign in the box, or type the name instead.")
    if points > MOST_POINTS or len(strokes) > MOST_STROKES:
        raise _refusal("The drawing is too long to keep. Clear it and sign again.")
    return strokes


def _is_drawn(points: Sequence[tuple[int, int]]) -> bool:
    """Tell whether the pen went anywhere: a cross does, resting on one spot does not."""
    return any(max(values) - min(values) >= LEAST_EXTENT for values in zip(*points, strict=True))


def write_strokes(strokes: Strokes) -> str:
    return json.dumps(strokes, separators=(",", ":"))


def _point(point: Sequence[object]) -> tuple[int, int]:
    x, y = point
    if type(x) is not int or type(y) is not int or not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise ValueError("outside the pad")
    return x, y


def _refusal(sentence: str) -> NotAssignable:
    return NotAssignable(sentence, fields={"drawing": sentence})
