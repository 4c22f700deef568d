"""What the role table puts into each address and form: rows in a state in which the act makes sense."""

from collections.abc import Mapping

from sma.identity import Role
from tests.house.role_scene import Scene

# Which row stands for a name in an address, unless the address itself says otherwise below.
USUAL = {
    "session_id": "coming",
    "appointment_id": "booked",
    "consult_id": "entered consult",
    "message_id": "failed message",
    "claim_id": "ready line",
    "patient_id": "person booked",
}
INSTEAD = {
    "/sessions/{session_id}/publication": "ready",
    "/sessions/{session_id}/approval": "draft",
    "/sessions/{session_id}/day": "running",
    "/sessions/{session_id}/walk-ins": "running",
    "/sessions/{session_id}/walk-ins/search": "running",
    "/sessions/{session_id}/clinician-presences": "running",
    "/sessions/{session_id}/entered-presences": "running",
    "/sessions/{session_id}/closing": "finished",
    "/sessions/{session_id}/sheets/evidence": "closed",
    "/sessions/{session_id}/sheets/evidence.pdf": "closed",
    "/sessions/{session_id}/assignments": "closed",
    "/assignments/{assignment_id}/signing": "unsigned assignment",
    "/assignments/{assignment_id}/hearing": "unheard assignment",
    "/sessions/{session_id}/reassessment": "closed",
    "/sessions/{session_id}/claims": "closed",
    "/sessions/{session_id}/payers": "closed",
    "/claims/{claim_id}/account": "private line",
    "/claims/{claim_id}/referrer-report": "owing line",
    "/referrer-reports/{letter_id}/file": "signed letter",
    "/appointments/{appointment_id}/restoration": "cancelled",
    "/appointments/{appointment_id}/place": "waiting",
    "/appointments/{appointment_id}/presence": "arrived",
    "/appointments/{appointment_id}/consults": "arrived",
    "/appointments/{appointment_id}/entered-consults": "arrived",
    "/appointments/{appointment_id}/note": "arrived",
    "/consults/{consult_id}/end": "running consult",
    "/questions/{question_id}/reading": "answered question",
    "/messages/{message_id}/call": "call task",
    "/claims/{claim_id}/void": "exported line",
    "/claims/{claim_id}/new-version": "exported line",
    "/people/{patient_id}/death-correction": "person who died",
}
# Addresses that belong to one session and so have an own and another.
OF_A_SESSION = {
    "session_id",
    "session_role_id",
    "appointment_id",
    "presence_id",
    "consult_id",
    "message_id",
    "patient_id",
    "claim_id",
    "batch_id",
    "export_id",
    "report_id",
    "assignment_id",
    "letter_id",
}
# The one address whose session is a browser's.
OWN_SIGN_IN = "/account/sessions/{session_id}/end"
WORDS = {"kind": "sign-in"}


# The smallest good form of an address, where it names no row.
FORMS: Mapping[str, Mapping[str, object]] = {
    "/people/search": {"text": "Al"},
    "/people": {"preferred_name": "Ruth"},
    "/people/{patient_id}/comfort": {"groups": "open"},
    "/people/{patient_id}/agreement": {"method": "signed", "given_on": "2026-11-22"},
    "/people/{patient_id}/coverage": {"kind": "medicare", "number": "6951825241", "irn": "1"},
    "/people/{patient_id}/death": {"told_by": "family", "is_right_person": "on"},
    "/people/{patient_id}/no-card": {"state": "card-not-here"},
    "/people/{patient_id}/medicare/services": {
        "item_number": "23",
        "date_of_service": "2026-03-10",
        "given": "elsewhere",
    },
    "/people/{patient_id}/medicare/plans": {
        "kind": "gpccmp-reviewed",
        "made_on": "2026-03-10",
        "given": "elsewhere",
    },
    "/people/{patient_id}/medicare/referrals": {
        "profession": "dietitian",
        "referrer_name": "Dr Nguyen",
        "referrer_provider_number": "2447781L",
        "issued_on": "2026-03-10",
        "period": "standard",
    },
    "/people/{patient_id}/medicare/registrations": {"registered": "here", "from_on": "2026-03-10"},
    "/practitioners": {"given_names": "Leah", "family_name": "Kemp", "profession": "dietitian"},
    "/locations": {"name": "The shed", "timezone": "Australia/Brisbane"},
    "/locations/{location_id}/rooms": {"room": "Long table", "seats": "12"},
    "/assignments/{assignment_id}/signing": {"name": "Alan Drum", "assigns": "on"},
    "/assignments/{assignment_id}/hearing": {"heard": "on", "why": "On the phone"},
    "/assignments/{assignment_id}/void-date": {"day": "2026-11-23"},
    "/assignments/{assignment_id}/copies": {"way": "paper", "given_on": "2026-11-23"},
    "/assignments/{assignment_id}/hold": {"held": "on"},
    "/assignments/{assignment_id}/items": {"item": "23"},
    "/appointments/{appointment_id}/cancellation": {"reason": "patient"},
    "/appointments/{appointment_id}/reversal": {"version": 1},
    "/appointments/{appointment_id}/presence": {"presence": "left"},
    "/appointments/{appointment_id}/note": {"done": "on"},
    "/questions/{question_id}/answer": {"answer": "Ring them, and offer Thursday."},
    "/claims/policy": {
        "individual_items": "yes",
        "from_on": "2026-11-01",
        "note": "Advice of Harbour Legal, 12 June 2026",
    },
    "/claims/{claim_id}/approval": {"item_number": "23"},
    "/claims/{claim_id}/payer": {"billing_type": "bulk"},
    "/accounts/{account_id}/payments": {"amount": "45.05", "way": "card", "paid_on": "2026-11-23"},
    "/accounts/{account_id}/credit": {"reason": "Wrong amount"},
    "/referrer-reports/{letter_id}": {"referrer": "Dr Field", "version": "1"},
    "/claims/{claim_id}/not-billed": {"reason": "Not claimed"},
    "/claim-batches/{batch_id}/claim-reference": {"claim_reference": "F3848@", "lodged_on": "2026-11-23"},
    "/claim-batches/{batch_id}/exports": {"format": "xlsx"},
    "/claim-periods": {"first_month": "2026-11", "last_month": "2026-11", "format": "csv"},
}


def filled(path: str, whose: str, who: str, scene: Scene) -> str:
    """Put ids into an address. Raises KeyError for a name that nobody has told this module about."""
    ids = scene.ids(whose)
    if path == OWN_SIGN_IN:
        somebody_else = Role.MANAGER if who != Role.MANAGER else Role.BILLING
        asked_by = who if whose == "own" and who in scene.logins else somebody_else
        return path.replace("{session_id}", str(scene.logins[asked_by]))
    for name in names_in(path):
        wanted = INSTEAD.get(path, USUAL.get(name, name))
        value = WORDS.get(name) or ids[wanted if wanted in ids else USUAL.get(name, name)]
        path = path.replace("{" + name + "}", str(value))
    return path


def names_in(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def form_for(path: str, whose: str, scene: Scene) -> dict[str, str]:
    """Return what the smallest good form of an address holds; {} where an empty one is asked for on purpose."""
    ids = scene.ids(whose)
    side = scene.sides["other" if whose == "other" else "own"]
    clinician = str(side.clinician_id)
    times = {"practitioner_id": clinician, "starts": "08:35", "ends": "08:38", "reason": "Written on paper"}
    forms: dict[str, Mapping[str, object]] = {
        "/practitioners/{practitioner_id}/provider-numbers": {
            "location_id": ids["location_id"],
            "provider_number": "2448531A",
        },
        "/practitioners/{practitioner_id}/sign-in": {"user_id": ids["user_id"]},
        "/sessions/{session_id}/roles": {"practitioner_id": ids["practitioner_id"], "role": "facilitator"},
        "/sessions/{session_id}/appointments": {"patient_id": ids["patient_id"], "waiting": "on"},
        "/sessions/{session_id}/walk-ins": {"patient_id": ids["patient_id"], "waiting": "on"},
        "/sessions/{session_id}/clinician-presences": {"practitioner_id": clinician},
        "/sessions/{session_id}/entered-presences": times | {"starts": "08:22", "ends": "08:25"},
        "/sessions/{session_id}/payers": {
            "person": f"{ids['unassigned'].hex}.{side.clinician_id.hex}",
            "billing_type": "bulk",
        },
        "/claims/{claim_id}/account": {"line": ids["private line"], "charge": "45.05"},
        "/sessions/{session_id}/assignments": {
            "people": f"{ids['unassigned'].hex}.{side.clinician_id.hex}",
            "method": "pre",
            "assigned_on": "2026-11-23",
        },
        "/sessions/{session_id}/people/{patient_id}/assignment": {
            "practitioner_id": clinician,
            "method": "pre",
            "descriptions": "gp",
        },
        "/assignments/{assignment_id}/revocation": {"session_id": ids["closed"]},
        "/appointments/{appointment_id}/move": {"session_id": ids["later"]},
        "/appointments/{appointment_id}/consults": {"practitioner_id": clinician},
        "/appointments/{appointment_id}/entered-consults": times | {"starts": "08:41", "ends": "08:44"},
        "/consults/{consult_id}/correction": times,
        "/consults/{consult_id}/withdrawal": {"why": "Entered for the wrong person"},
        "/clinician-presences/{presence_id}/correction": times | {"starts": "08:25", "ends": ""},
    }
    return {name: str(value) for name, value in (forms.get(path) or FORMS.get(path, {})).items()}
