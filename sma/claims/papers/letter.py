"""The report to whoever referred a person: one person, what the clinician wrote, and no amounts."""

from dataclasses import dataclass
from datetime import date

from sma.claims.papers.flow import BOLD, HEADING, SMALL, TITLE, Flow
from sma.core.clock import day_words


@dataclass(frozen=True, kw_only=True)
class LetterPaper:
    """A letter, as the clinician signs it off. `services` are the days on which this person had a service."""

    reference: str
    signed_on: date
    practice: str
    practice_address: str
    practice_phone: str
    referrer: str
    referrer_address: str
    patient: str
    born_on: date | None
    occasion: str
    services: tuple[date, ...]
    assessment: str
    treatment: str
    management: str
    clinician: str
    profession: str
    provider_number: str

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Assessment", self.assessment),
            ("Treatment given", self.treatment),
            ("Future management", self.management),
        )

    @property
    def services_words(self) -> str:
        return ", ".join(day_words(day) for day in self.services)


def letter_pdf(paper: LetterPaper) -> bytes:
    """Print the letter."""
    flow = Flow()
    flow.paragraph(paper.practice, HEADING)
    for text in (paper.practice_address, paper.practice_phone):
        flow.paragraph(text)
    flow.gap(18)
    flow.paragraph(day_words(paper.signed_on))
    flow.gap()
    flow.paragraph(paper.referrer, BOLD)
    flow.paragraph(paper.referrer_address)
    flow.gap(18)
    flow.paragraph("Report to the referrer", TITLE)
    flow.gap(4)
    born = f", born {day_words(paper.born_on)}" if paper.born_on else ""
    flow.paragraph(f"{paper.patient}{born}", BOLD)
    flow.paragraph(f"{paper.occasion}. Services with me: {paper.services_words}.")
    for title, text in paper.sections:
        flow.gap(12)
        flow.paragraph(title, HEADING)
        flow.gap(2)
        flow.paragraph(text)
    flow.gap(24)
    flow.rule()
    flow.gap(4)
    flow.paragraph(paper.clinician, BOLD)
    flow.paragraph(f"{paper.profession}, provider number {paper.provider_number}")
    flow.paragraph(f"Signed off on screen on {day_words(paper.signed_on)}.", SMALL)
    return flow.finish("Report to the referrer", f"Report {paper.reference}")
