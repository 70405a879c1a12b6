import pytest

from ivr.simulator.numerals import amount, counted, number, read_digits, year_forms


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (16, "十六"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1_005, "一千零五"),
        (10_500, "一万零五百"),
        (15_000, "一万五千"),
        (100_010, "十万零一十"),
        (120_000_000, "一亿二千万"),
    ],
)
def test_numbers_in_full(n: int, words: str) -> None:
    assert number(n) == words


@pytest.mark.parametrize(
    ("yuan", "forms"),
    [
        (15_000, ("一万五", "一万五千")),
        (12_800, ("一万两千八", "一万两千八百")),
        (3_200, ("三千二", "三千二百")),
        (10_500, ("一万零五百",)),
        (8_000, ("八千",)),
        (20_000, ("两万",)),
        (999, ("九百九十九",)),
    ],
)
def test_amounts_as_people_say_them(yuan: int, forms: tuple[str, ...]) -> None:
    assert amount(yuan) == forms


def test_digits_years_and_measures() -> None:
    assert read_digits("110X") == "一一零叉"
    assert read_digits("1804", yao=True) == "幺八零四"
    assert year_forms(1990) == ("九零年", "一九九零年")
    assert year_forms(2008) == ("零八年", "二零零八年")
    assert (counted(2, "张"), counted(2, "号"), counted(12, "年")) == ("两张", "二号", "十二年")
