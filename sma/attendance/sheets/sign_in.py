"""The sign-in sheet: one strip for each person, cut apart, so that nobody reads who else is coming."""

from collections.abc import Sequence

from .facts import SheetHeader, SignInStrip, day_words, place_words, span_words
from .frame import MARGIN, draw_frame, frame
from .paper import A4, FAINT, SOFT, Paper, Style
from .typeset import Line, Typesetter

STRIP, LEAST_STRIP, NAME_HEIGHT, WHERE_HEIGHT = 66.0, 60.0, 32.0, 25.0
TIME, SIGNATURE, GAP = 62.0, 156.0, 8.0
BOXES = A4[0] - MARGIN - 2 * TIME - SIGNATURE - 2 * GAP
ROOM = BOXES - MARGIN - 2 * GAP
NUMBER, LABEL = Style(11, True, SOFT), Style(7, grey=SOFT)
NAME_SIZES, SMALL_SIZES = (17.0, 14.0, 11.5, 10.0, 8.0, 6.0), (7.5, 6.0, 5.0)
HOW = "Cut along the dashed lines; give each person their own strip only."


def sign_in_sheet(header: SheetHeader, strips: Sequence[SignInStrip], blank_strips: int = 2) -> bytes:
    """Print tear-off strips to sign: first name, time in, time out, signature, and the day and place on each.

    Carries no family name, no topic and no name of staff. `blank_strips` are for people who come unannounced, as many
    as fit beside the others.
    """
    setter, paper = Typesetter(), Paper(A4, "Sign-in sheet")
    page = frame(setter, paper, "Sign-in sheet", header, HOW, printer=False)
    where = place_where(setter, header)
    fitting, blanks, height = _layout(len(strips), blank_strips, page.room)
    each: list[SignInStrip | None] = [*strips, *[None] * blanks]
    # Measured before the first page is drawn, so that its foot knows of letters missing on a later one.
    names = [place_name(setter, strip) for strip in each]
    starts = range(0, max(len(each), 1), fitting)
    for number, start in enumerate(starts, start=1):
        draw_frame(setter, paper, page, number, len(starts))
        y = page.top
        paper.rule(0, y, paper.width, y, SOFT, dashed=True)
        for strip, name in zip(each[start : start + fitting], names[start : start + fitting], strict=True):
            _person(setter, paper, strip, name, y)
            _boxes(setter, paper, header, where, y, height)
            y -= height
            paper.rule(0, y, paper.width, y, SOFT, dashed=True)
        paper.next_page()
    return paper.finish()


def _layout(people: int, blanks: int, room: float) -> tuple[int, int, float]:
    """Return how many strips a page holds, how many are blank, and their height.

    No page is opened for blank strips alone: they would be thrown away. The strips move a little closer together for
    them; what still does not fit is left out.
    """
    fitting = max(1, int(room // STRIP))
    pages = max(1, -(-people // fitting))
    if people + blanks <= pages * fitting:
        return fitting, blanks, STRIP
    closer = max(fitting, int(room // LEAST_STRIP))
    return closer, min(blanks, pages * closer - people), min(STRIP, room / closer)


def place_name(setter: Typesetter, strip: SignInStrip | None) -> tuple[list[Line], Style]:
    """Set a first name as large as it fits beside its number in one or two lines; a blank strip has none."""
    if strip is None:
        return [], Style()
    return _fit(setter, [strip.first_name], ROOM - _indent(setter, strip), NAME_HEIGHT, NAME_SIZES, bold=True)


def place_where(setter: Typesetter, header: SheetHeader) -> tuple[list[Line], Style]:
    """Set the day, hours and place that every strip repeats, all of it inside the strip's left part."""
    when = f"{day_words(header.starts)}, {span_words(header.starts, header.ends)}"
    return _fit(setter, [when, place_words(header)], ROOM, WHERE_HEIGHT, SMALL_SIZES)


def _fit(
    setter: Typesetter, texts: list[str], width: float, height: float, sizes: tuple[float, ...], bold: bool = False
) -> tuple[list[Line], Style]:
    for size in sizes:
        style = Style(size, bold, 0.0 if bold else SOFT)
        lines = [line for text in texts for line in setter.wrap(text, width / size, bold)]
        if len(lines) * style.leading <= height:
            break
    return lines, style


def _indent(setter: Typesetter, strip: SignInStrip) -> float:
    return setter.line(f"{strip.number}.", True).width * NUMBER.size + 6


def _person(
    setter: Typesetter, paper: Paper, strip: SignInStrip | None, name: tuple[list[Line], Style], top: float
) -> None:
    if strip is None:
        paper.text(MARGIN, top - 12, setter.line("First name"), LABEL)
        paper.rule(MARGIN, top - 32, MARGIN + ROOM, top - 32, FAINT)
        return
    lines, style = name
    y = top - 24 if len(lines) == 1 else top - 4 - style.size
    paper.text(MARGIN, y, setter.line(f"{strip.number}.", True), NUMBER)
    for line in lines:
        paper.text(MARGIN + _indent(setter, strip), y, line, style)
        y -= style.leading


def _boxes(
    setter: Typesetter,
    paper: Paper,
    header: SheetHeader,
    where: tuple[list[Line], Style],
    top: float,
    height: float,
) -> None:
    lines, style = where
    y = top - height + 8
    for line in reversed(lines):
        paper.text(MARGIN, y, line, style)
        y += style.leading
    x = BOXES
    for label, width in (("Time in", TIME), ("Time out", TIME), ("Signature", SIGNATURE)):
        paper.text(x, top - 12, setter.line(label), LABEL)
        paper.box(x, top - height + 7, width, height - 24)
        x += width + GAP
    paper.text_right(x - GAP, top - 12, setter.line(header.session_code), LABEL)
