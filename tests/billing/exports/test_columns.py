"""The header practices build their imports on: a change here is a change of `HEADER_VERSION`."""

from billing.exports import COLUMNS, HEADER, HEADER_VERSION, Line

VERSION_1 = """
export_batch_ref line_no session_id session_date session_start session_end delivery_mode location_name minor_id
servicing_provider_number servicing_provider_name payee_provider_number service_type_code hospital_ind
proposed_claim_seq voucher_id service_id patient_ref patient_family_name patient_given_name patient_dob
medicare_number medicare_irn dva_file_number concession_type concession_number billing_type mbs_item
item_description charge_amount benefit_amount number_of_patients_seen service_text duplicate_override
restrictive_override referral_provider_number referral_provider_name referral_issue_date referral_period_code
referral_period_months referral_override aob_agreement_id aob_type aob_date aob_assignor_is_patient
attendance_status mbs_schedule_version validation_status validation_codes exported_at
line_kind replaces_batch_ref replaces_line_no schedule_fee_amount
"""


def test_the_header_is_the_one_of_its_version() -> None:
    assert HEADER_VERSION == 1
    assert tuple(VERSION_1.split()) == HEADER


def test_each_column_but_two_shows_the_line_field_of_its_place() -> None:
    assert tuple(column.field for column in COLUMNS if column.field) == Line._fields
    assert [column.name for column in COLUMNS if not column.field] == ["export_batch_ref", "exported_at"]


def test_each_column_is_explained() -> None:
    assert all(column.meaning for column in COLUMNS)
