import pytest

from ivr.dialler.numbers import NUMBERS, FarEnd, applicant_uuid, far_end


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("12100000001", FarEnd.BUSY),
        ("+8612106123456", FarEnd.EARLY_ANNOUNCEMENT),
        ("13800138000", FarEnd.APPLICANT),
        ("+8613800138000", FarEnd.APPLICANT),
        ("8612100000001", FarEnd.APPLICANT),
        ("1210", FarEnd.APPLICANT),
    ],
)
def test_the_number_decides(phone: str, expected: FarEnd) -> None:
    assert far_end(phone) is expected


def test_every_far_end_has_a_number() -> None:
    assert {*NUMBERS.values(), FarEnd.APPLICANT} == set(FarEnd)


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("13800138000", "013800138000"),
        ("+8613800138000", "013800138000"),
        ("110", "000000000110"),
        ("+4915112345678", "915112345678"),
    ],
)
def test_an_applicants_line_is_named_by_the_number(phone: str, digits: str) -> None:
    assert str(applicant_uuid(phone)) == f"00000000-0000-4000-8000-{digits}"
