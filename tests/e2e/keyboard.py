"""Pressing Tab as a person would, who has to see at every stop where they are."""

from playwright.sync_api import Page

FARTHEST = 60
FOCUSED = """() => {
  const it = document.activeElement;
  const words = [it.getAttribute('aria-label'), it.labels?.[0]?.innerText, it.innerText, it.placeholder];
  return words.find((said) => said?.trim())?.trim().replace(/\\s+/g, ' ') ?? '';
}"""
# An outline, or a shadow drawn as one; inputs inside a label may show it on the label.
SEEN = """() => {
  const drawn = (it) => {
    const style = getComputedStyle(it);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
  };
  const it = document.activeElement;
  // Between the last stop and the first, the browser has the focus; the calendar button inside a date field is its own.
  if (it === document.body || (it.type === 'date' && !it.matches(':focus-visible'))) return true;
  return drawn(it) || [...(it.labels ?? [])].some(drawn);
}"""


def tab_to(page: Page, words: str, kind: str = "") -> None:
    """Press Tab until what has the focus says these words; every stop on the way must be visible.

    `kind` is the type of an input, where a link says the same.
    """
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED) if page.evaluate("document.activeElement !== document.body") else ""
        assert page.evaluate(SEEN), f"nobody can see that “{focused}” has the focus"
        if words in focused and kind in ("", page.evaluate("document.activeElement.type")):
            return
    raise AssertionError(f"“{words}” is not reached by Tab on {page.url}")
