"""A mail takes no longer to read than its bytes deserve: meanwhile all others wait, and often the relay, too."""

import time

import pytest

from relay.mail import headers, parse

HEAD = b"From: Eve <eve@evil.example>\nTo: help@desk.example\nSubject: Fire\n"
NAMES = (b"Reply-To", b"In-Reply-To", b"References", b"Message-ID", b"Date", b"Precedence", b"Return-Path")
MARKS = b"%CC%80%CC%96"
AT_MOST_S = 1.5


def html(piece: bytes) -> bytes:
    return HEAD + b"Content-Type: text/html\n\n" + piece * (60_000 // len(piece)) + b"It burns"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"".join(name + b": a" + b" " * 19_000 + b"a\n" for name in NAMES) + b"\nIt burns",
        HEAD + b'Content-Type: text/plain; a="' + b";" * 100_000 + b"\n\nIt burns",
        HEAD + b"Content-Type: text/plain; name*=utf-8''" + MARKS * 20_000 + b"\n\nIt burns",
        HEAD + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b'SUMMARY;"a"' * 30_000,
        HEAD + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b'SUMMARY;"\n' * 30_000,
        HEAD + b"\n" + b"[cid:a@" * 30_000 + b"It burns",
        HEAD + b"\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n" * 3000 + b"It burns",
        HEAD + b"Content-Type: text/plain; name=\xc5\xbd" + b";a" * 2000 + b"\n\nIt burns",
        HEAD + b"\n" + b"  On 1 2 3 4 5 6 7 8 9 wrote: \n" * 3000 + b"  On " + b"1" * 90_000,
        *map(html, (b"<a ", b"<a a='", b"<x y=", b"<a/", b"<!--", b"<p>&", b"<![CDATA[", b"<?", b"</a ")),
    ],
    ids=(
        "spaces",
        "quotes",
        "marks",
        "event",
        "zone",
        "picture",
        "armour",
        "name",
        "yahoo",
        "tag",
        "attribute",
        "value",
        "slash",
        "comment",
        "entity",
        "cdata",
        "pi",
        "end",
    ),
)
def test_a_mail_made_to_take_long_is_read_at_once(content: bytes) -> None:
    began = time.thread_time()
    mail = parse.read(content)
    assert time.thread_time() - began < AT_MOST_S
    assert mail.sender == "eve@evil.example"


def test_what_only_looks_like_markup_is_shown_and_comments_are_not() -> None:
    body = (
        b"<p>If a < b<!-- hidden > --> and <b>b</b> > c<![if !mso]>, it <x burns <a href='https://e.example'>here</a>"
    )
    text = parse.read(HEAD + b"Content-Type: text/html\n\n" + body).text
    assert text == "If a < b and b > c , it <x burns [here](https://e.example)"


@pytest.mark.parametrize(
    ("folded", "unfolded"),
    [("a", "a"), (" a \t", " a \t"), ("a \r\n\t b", "a b"), ("a\n\n\n b\n", "a b "), ("\r\na\r\r\nb", " a b")],
)
def test_a_folded_header_is_one_line(folded: str, unfolded: str) -> None:
    assert headers.unfolded(folded) == unfolded
