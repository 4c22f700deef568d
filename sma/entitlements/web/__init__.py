"""Pages of a person's Medicare history: what was entered, and the forms to add to it."""

from sma.entitlements.web.pages import router as router

__all__ = ["router"]
