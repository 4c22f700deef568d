"""The schedule as data: one file per item in `items/`, and what several items share in `shared.toml`.

Fees of 1 July 2025 were read from the published XML file of that day. Fees of 1 July 2026 were read from a list of
item numbers and fees of that release; their benefit percentages are those of July 2025, and the amounts follow from the
rounding that the whole 2025 file obeys. The loadings of the head-count-shared items of July 2026 are computed from the
2025 ones by that year's indexation and marked with medium confidence. Where a condition changed on 1 November 2025,
an item has a version from that day with the fee of July 2025. Changes after 1 July 2026 are not known here.

A clinic can accept the fees of a later release, which lie over these (`billing.fees`); conditions come only with a
version of this program. To update the data: run `sma mbs check` on the new published file, then add a `[[version]]`
with its first day, its source and its rules to each item that differs, and set the release in `releases.toml`. An
existing version is never edited once claims were made under it, unless it was wrong.

No statement of the Department, Services Australia or the Professional Services Review that approves or rejects
billing individual attendances inside a group was found. The engine therefore proposes and explains; a named clinician
approves.
"""
