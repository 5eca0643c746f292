"""Names of people and devices: every script is welcome, tricks are not."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.trust import Distrust, Role, TrustError
from protocol.trust.names import clean_phone, clean_text, dns_name, identifier_of, one_line

PEOPLE = [
    "Jana Nováková",
    "Γιώργος Παπαδόπουλος",
    "Владимир Щербаков",
    "محمد عبد الله",
    "می\u200cخواهم نیلوفر",  # noqa: RUF001 - Persian, with the zero width non-joiner it is written with
    "דָּוִד בֶּן־גּוּרִיּוֹן",
    "अनुराधा श्रीवास्तव",
    "ශ්\u200dරී ලංකා",  # Sinhala, with the joiner it is written with
    "அருள்மொழி வர்மன்",
    "สมชาย ใจดีมากเหลือเกิน",
    "បុប្ផា សុខ",
    "ནོར་བུ་བཀྲ་ཤིས།",
    "አበበ ቢቂላ",
    "გიორგი მჭედლიშვილი",
    "Հայկ Հայկազուն",
    "山田 太郎",
    "𠮷野家 次郎",  # outside the basic plane
    "김민준",
    "Nguyễn Thị Minh Khai",
    "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
    "𞤀𞤣𞤤𞤢𞤥",
    "O'Brien-Smith, Ph.D.",
    "X Æ A-12",
]

TRICKS = [
    "",
    " ",
    "\u3000",
    "\t",
    "...",
    "👩\u200d🚒",  # no letter: nobody's name
    "Jana\u202eanaJ",
    "Jana\u2066x\u2069",
    "Jana\u200fx",
    "Ja\u00adna",
    "Jana\x00",
    "Jana\x7f",
    "Jana\x9b2J",
    "Jana\u2028Boss",
    "Jana\nBoss",
    "Jana\ue000",
    "Jana\ufeff",
    "Jana\U000e0041",
    "Jana\ud800",
    "Jana\u115f",
    "\u3164",
    "J" * 65,
    "Z" + "\u0301" * 8,
]


@pytest.mark.parametrize("name", PEOPLE)
def test_a_name_in_any_script_is_kept_as_it_is_written(name: str) -> None:
    assert clean_text(name, "name") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", TRICKS, ids=ascii)
def test_a_name_that_is_none_or_plays_tricks_is_refused(name: str) -> None:
    with pytest.raises(TrustError):
        clean_text(name, "name")


@given(st.text(st.characters(codec=None), max_size=80))
def test_a_clean_name_is_clean_and_shows_what_it_is(text: str) -> None:
    try:
        cleaned = clean_text(text, "name")
    except TrustError:
        return
    assert clean_text(cleaned, "name") == cleaned
    assert cleaned == cleaned.strip()
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} for char in cleaned)
    assert not any(
        unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for char in cleaned
    )
    assert cleaned.encode().decode() == cleaned


@pytest.mark.parametrize("name", PEOPLE)
def test_a_name_stays_as_it_is_on_its_line(name: str) -> None:
    assert one_line(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Jana · technician · internal\n", "Jana · technician · internal"),
        ("a\n\r\u2028\u2029\x85\x0bb", "a b"),
        ("\u202enaicinhcet\u202c\u2066 x", "naicinhcet x"),
        ("Z" + "\u0301" * 30, "\u0179" + "\u0301" * 6),
        ("\u200d\u200b\u3164", ""),
    ],
)
def test_what_would_break_a_line_or_turn_it_around_is_left_out(typed: str, shown: str) -> None:
    assert one_line(typed) == shown


@given(st.text(st.characters(codec=None), max_size=80))
def test_a_line_is_one_line_whatever_was_written(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line == line.strip()
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} for char in line)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Jana   Nová ", "Jana Nová"), ("山田\u3000太郎", "山田 太郎"), ("Nova\u0301k", "Novák"), ("A\u00a0B", "A B")],
)
def test_what_people_type_is_tidied(typed: str, kept: str) -> None:
    assert clean_text(typed, "name") == kept


@pytest.mark.parametrize(
    "phone",
    [
        "112",
        "+49 30 123456",
        "+1 (555) 010-9999",
        "030/123-456",
        "+49.30.1",
        "555 0100 x12",
        "0100 ext. 7",
        "*100#"[1:-1],
    ],
)
def test_a_number_that_can_be_dialled_is_kept(phone: str) -> None:
    assert clean_phone(phone) == phone


@pytest.mark.parametrize("phone", ["", "  ", "call me", "+", "12\n34", "1" * 33, "١٢٣", "tel:112", "1;rm"])
def test_a_number_nobody_can_dial_is_refused(phone: str) -> None:
    with pytest.raises(TrustError):
        clean_phone(phone)


@pytest.mark.parametrize("identifier", ["", "-a", "a-", "A", "a.b", "*", "ä", "a" * 64, "a b", "a\n"])
def test_an_identifier_is_a_dns_label(identifier: str) -> None:
    with pytest.raises(TrustError) as caught:
        dns_name(identifier, Role.DEVICE)
    assert caught.value.reason is Distrust.MALFORMED


@given(st.from_regex(r"[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?", fullmatch=True), st.sampled_from(Role))
def test_an_identifier_is_found_again_in_its_role_only(identifier: str, role: Role) -> None:
    name = dns_name(identifier, role)
    assert identifier_of(name, role) == identifier
    for other in set(Role) - {role}:
        with pytest.raises(TrustError):
            identifier_of(name, other)
