"""Patients: names, birth, contact and stated answers. What was said in the clinic is never overwritten."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from sma.core.errors import Invalid
from sma.people.actions.coverage import replace_coverage
from sma.people.actions.deaths import announce_death
from sma.people.actions.patients import rename_for_search
from sma.people.deaths import ToldBy, check_death_date
from sma.people.fhir_import.answers import stated_answers
from sma.people.fhir_import.cards import stated_cards, strong_keys
from sma.people.fhir_import.landing import Run, tidy, too_long
from sma.people.fhir_import.lines import Line
from sma.people.fhir_import.shapes import HumanName, PatientShape, PersonShape
from sma.people.models import Coverage, Patient
from sma.people.rules import NAME_NOT_GIVEN, DobAccuracy, today_at

ACCURACY = "http://hl7.org.au/fhir/StructureDefinition/date-accuracy-indicator"
Held = dict[tuple[str, str], UUID]


class _NotPossible(Exception):
    def __init__(self, code: str, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(code)


def land_patients(run: Run) -> None:
    """Land every patient; RelatedPerson ids that a patient links to are kept for `relatives`."""
    run.begin("Patient", Patient)
    held = _cards_held(run)
    shared: dict[tuple[str, str], str] = {}
    for line, found in run.read("Patient", PatientShape):
        try:
            values = _values(run, line, found)
        except _NotPossible as problem:
            run.refuse("Patient", line.number, line.id, problem.code, problem.reason)
            continue
        _warn_of_shared(run, line, found, shared)
        _land(run, line, found, values, held)


def chosen_names(names: list[HumanName]) -> tuple[dict[str, Any], bool]:
    """Return the name columns a resource states, and whether a preferred name had to be cut from plain text.

    The usual name is what the person is called; the official one is what a card says.
    """
    current = [name for name in names if name.use not in ("old", "maiden", "anonymous")]
    usual = next((name for name in current if name.use in ("usual", "nickname")), None)
    official = next((name for name in current if name.use == "official"), None)
    official = official or next((name for name in current if name is not usual), usual)
    given = [tidy(part) for part in official.given] if official else []
    values: dict[str, Any] = {
        "given_names": " ".join(part for part in given if part) or None,
        "family_name": tidy(official.family) if official else None,
    }
    called = tidy(usual.given[0]) if usual and usual.given else None
    is_cut = called is None and usual is not None and usual.text is not None
    called = called or (tidy(usual.text) or "").partition(" ")[0] if usual else called
    called = called or (given[0] if given else None)
    if not called and official and official.text and official.family is None:
        called, is_cut = (tidy(official.text) or "").partition(" ")[0], True
    called = called or values["family_name"]
    if called:
        values["preferred_name"] = called
    return {name: value for name, value in values.items() if value}, is_cut


def _values(run: Run, line: Line, found: PatientShape) -> dict[str, Any]:
    values, is_cut = chosen_names(found.name)
    if is_cut:
        run.warn("Patient", line, "name-as-text", "A name is given as plain text; its first word was taken. Check it.")
    if "preferred_name" not in values:
        run.warn("Patient", line, "no-name", "The resource states no name. It landed as “Name not given”.")
        values["preferred_name"] = NAME_NOT_GIVEN
    values |= _birth(run, line, found) | _contact(found) | stated_answers(found)
    values |= _death(run, line, found, values.get("born_on"))
    if not found.active:
        run.warn("Patient", line, "not-active", "The source marks this record as not in use. It landed all the same.")
    if name := too_long(Patient, values):
        raise _NotPossible("too-long", f"Its {name.replace('_', ' ')} is too long to keep.")
    return values


def _birth(run: Run, line: Line, found: PatientShape) -> dict[str, Any]:
    if found.birthDate is None:
        return {}
    if len(found.birthDate) in (4, 7) and found.birthDate.replace("-", "").isdecimal():
        reason = "Only a part of the date of birth is stated. It was not stored."
        run.warn("Patient", line, "birth-date-in-part", reason)
        return {}
    born_on = _day(found.birthDate) if len(found.birthDate) == 10 else None
    if born_on is None or born_on > today_at(run.now):
        raise _NotPossible("birth-date", "The date of birth is not a date that has been.")
    values: dict[str, Any] = {"born_on": born_on}
    for extension in found.birth_date_note.said(ACCURACY) if found.birth_date_note else ():
        code = extension.valueCoding.code if extension.valueCoding else None
        # Three letters for day, month and year: A accurate, E estimated, U unknown. Source: AU Base.
        values["dob_accuracy"] = DobAccuracy.EXACT if code == "AAA" else DobAccuracy.ESTIMATED
    return values


def _death(run: Run, line: Line, found: PatientShape, born_on: date | None) -> dict[str, Any]:
    """Take a stated death, unless its day cannot be: then the person stays as they are, and somebody asks.

    A year or a month alone is a day we do not know. Source: FHIR R4, `dateTime`.
    """
    if not _states_death(found):
        return {}
    stated = found.deceasedDateTime
    earlier = run.known["Patient"].get(line.id)
    if born_on is None and isinstance(earlier, Patient):
        born_on = earlier.born_on
    is_part = stated is not None and len(stated) in (4, 7)
    day = _day(f"{stated}-01-01"[:10] if is_part else stated)
    try:
        if stated and day is None:
            raise Invalid
        check_death_date(day, born_on=None if is_part else born_on, today=today_at(run.now))
    except Invalid:
        reason = "It states a death on a day that cannot be. They stay as they are here; ask who knows."
        run.warn("Patient", line, "death-day", reason)
        return {}
    known = {} if day is None or is_part else {"deceased_on": day}
    return {"is_deceased": True, "deceased_told_by": ToldBy.IMPORTED, **known}


def _states_death(found: PatientShape) -> bool:
    return bool(found.deceasedBoolean or found.deceasedDateTime)


def _contact(found: PersonShape) -> dict[str, Any]:
    """Take a mobile or home number and an email. A work number is left out: others may answer it."""
    values: dict[str, Any] = {}
    for use in ("mobile", "home", None):
        phone = next((p.value for p in found.telecom if p.system == "phone" and p.use == use and p.value), None)
        if phone:
            values["phone"] = tidy(phone)
            break
    email = next((p.value for p in found.telecom if p.system == "email" and p.use in (None, "home") and p.value), None)
    if email:
        values["email"] = tidy(email)
    return values


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _land(run: Run, line: Line, found: PatientShape, values: dict[str, Any], held: Held) -> None:
    earlier, updated = run.known["Patient"].get(line.id), run.tallies["Patient"].updated
    is_new = earlier is None or earlier.source_hash != line.digest
    was_alive = isinstance(earlier, Patient) and not earlier.is_deceased
    if earlier is None:
        values |= {"preferred_search": "", "created_at": run.now}
    # A death that was not taken is looked at again with each run: its day may come, or be put right.
    row = run.settle("Patient", Patient, line, values, whole="is_deceased" in values or not _states_death(found))
    rename_for_search(row)
    if was_alive and "is_deceased" in values:
        _follow_death(run, line, row)
    for key in strong_keys(found):
        # The same strong identifier on two patients names neither of them.
        run.strong[key] = row.id if run.strong.get(key, row.id) == row.id else None
    for link in found.link:
        kind, _, other = (link.other.reference or "").rpartition("/")
        if kind.endswith("RelatedPerson") and link.type == "seealso":
            run.strong[f"link {other}"] = row.id
        else:
            run.warn("Patient", line, "linked-record", "It is linked to another record. Both were kept; compare them.")
    for card in stated_cards(run, line, found):
        other_id = held.setdefault((card.number_index, card.irn), row.id) if card.irn else row.id
        if other_id != row.id:
            reason = "Somebody else here has the same card and IRN. Compare them."
            run.warn("Patient", line, "duplicate-medicare", reason)
        if is_new and f"coverage.{card.kind}" not in row.kept_here:
            if earlier is None:
                run.db.flush()  # the card's row points at the patient's, which must be there first
            _, is_other = replace_coverage(run.db, row, card, now=run.now)
            if is_other and earlier is not None and run.tallies["Patient"].updated == updated:
                run.tallies["Patient"].unchanged -= 1
                run.count_change("Patient", row, [f"coverage.{card.kind}"])


def _follow_death(run: Run, line: Line, row: Patient) -> None:
    """Owe what follows when a source says of somebody known here that they have died."""
    if row.is_deceased:
        announce_death(run.db, row, by=run.by, now=run.now)
        reason = "The source says that this person has died. Their coming places end, and nobody is written to."
        run.warn("Patient", line, "died", reason)
    else:
        reason = "The source says that this person has died; here that was taken back as a mistake. Ask who knows."
        run.warn("Patient", line, "death-not-taken", reason)


def _cards_held(run: Run) -> Held:
    rows = run.db.exec(
        select(Coverage.number_index, Coverage.irn, Coverage.patient_id).where(
            col(Coverage.is_current).is_(True), col(Coverage.irn).is_not(None)
        )
    ).all()
    return {(index, irn): patient_id for index, irn, patient_id in rows if irn is not None}


def _warn_of_shared(run: Run, line: Line, found: PatientShape, shared: dict[tuple[str, str], str]) -> None:
    for identifier in found.identifier:
        if not identifier.system or not identifier.value:
            continue
        other = shared.setdefault((identifier.system, identifier.value), line.id)
        if other != line.id:
            reason = f"An identifier stands on Patient {other} too. Both were kept."
            run.warn("Patient", line, "duplicate-identifier", reason)
