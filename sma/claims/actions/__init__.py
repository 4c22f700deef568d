"""The verbs of claims: propose and assess again, decide line by line, assign benefits, freeze batches, make files."""

from sma.claims.actions.assignments import assign_benefit as assign_benefit
from sma.claims.actions.assignments import gap_in as gap_in
from sma.claims.actions.assignments import revoke_assignment as revoke_assignment
from sma.claims.actions.batches import hold_ready_lines as hold_ready_lines
from sma.claims.actions.batches import make_batches as make_batches
from sma.claims.actions.decisions import approve as approve
from sma.claims.actions.decisions import hold_line as hold_line
from sma.claims.actions.decisions import mark_not_billed as mark_not_billed
from sma.claims.actions.decisions import void_and_replace as void_and_replace
from sma.claims.actions.exports import hold_batch as hold_batch
from sma.claims.actions.exports import request_export as request_export
from sma.claims.actions.exports import write_export as write_export
from sma.claims.actions.proposing import propose as propose
from sma.claims.actions.proposing import reassess as reassess

__all__ = [
    "approve",
    "assign_benefit",
    "gap_in",
    "hold_batch",
    "hold_line",
    "hold_ready_lines",
    "make_batches",
    "mark_not_billed",
    "propose",
    "reassess",
    "request_export",
    "revoke_assignment",
    "void_and_replace",
    "write_export",
]
