"""Words signed and not encrypted are read, however they are packed; nothing else is taken for them."""

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.mail import parse
from relay.mail.errors import MailUnreadable
from relay.mail.opaque import signed_words

WORDS = b"Content-Type: text/plain\r\n\r\nNothing prints.\r\n"
SIGNED, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")


def value(tag: int, content: bytes) -> bytes:
    size = len(content).to_bytes(4, "big")
    return bytes([tag, 0x84]) + size + content


def endless(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x80]) + content + b"\0\0"


def packed(octets: bytes, wrap: object = value, kind: bytes = DATA) -> bytes:
    assert callable(wrap)
    inner = wrap(0x30, kind + wrap(0xA0, octets))
    return bytes(wrap(0x30, SIGNED + wrap(0xA0, wrap(0x30, b"\x02\x01\x01" + b"\x31\x00" + inner + b"\x31\x00"))))


def test_the_words_are_found_in_one_piece_and_in_many_with_lengths_and_without() -> None:
    pieces = b"".join(value(0x04, WORDS[at : at + 7]) for at in range(0, len(WORDS), 7))
    for wrap in (value, endless):
        for octets in (value(0x04, WORDS), value(0x24, pieces), endless(0x24, pieces)):
            assert signed_words(packed(octets, wrap)) == WORDS


def test_what_is_encrypted_or_no_such_message_has_none() -> None:
    enveloped = bytes.fromhex("06092a864886f70d010703")
    whole = packed(value(0x04, WORDS))
    assert signed_words(whole.replace(SIGNED, enveloped)) is None
    assert signed_words(packed(value(0x04, WORDS), kind=enveloped)) is None
    assert signed_words(packed(value(0x0C, WORDS))) is None
    assert all(signed_words(whole[:at]) is None for at in range(len(whole)))


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(min_size=1, max_size=4))
def test_whatever_the_bytes_are_there_are_words_or_none(anything: bytes, at: int, instead: bytes) -> None:
    whole = packed(value(0x04, WORDS), endless)
    for message in (anything, whole[:at] + instead + whole[at + len(instead) :]):
        found = signed_words(message)
        assert found is None or isinstance(found, bytes)


@pytest.mark.parametrize(
    "message",
    [
        b"\x30\x80" * 500_000,
        b"\x30\x80" + b"\x05\x00" * 2_000_000,
        packed(endless(0x24, b"\x04\x00" * 2_000_000), endless),
    ],
    ids=["deep", "wide", "many pieces"],
)
def test_one_built_to_take_long_is_given_up_soon(message: bytes) -> None:
    begun = time.process_time()
    assert signed_words(message) is None
    assert time.process_time() - begun < 1


def test_a_mail_that_lies_in_itself_too_deep_is_refused_as_any_other() -> None:
    words, head = b"Content-Type: text/plain\r\n\r\nx\r\n", b"Content-Type: application/pkcs7-mime\r\n\r\n"
    for _ in range(50):
        words = head + packed(value(0x04, words))
    with pytest.raises(MailUnreadable, match="parts"):
        parse.read(b"From: eva@firm.example\r\n" + words)


def test_what_openssl_signs_is_read(tmp_path: Path) -> None:
    (tmp_path / "words").write_bytes(WORDS)
    made = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out crt -subj /CN=Eva"
    )
    signed = "openssl cms -sign -nodetach -stream -binary -in words -signer crt -inkey key -outform DER -out signed"
    for command in (made, signed):
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    assert signed_words((tmp_path / "signed").read_bytes()) == WORDS
