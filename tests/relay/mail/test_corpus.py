import dataclasses
import random
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.desk import events
from relay.mail import parse
from relay.mail.errors import MailUnreadable
from relay.mail.kinds import MailKind
from relay.mail.parse import Mail
from relay.mail.sender import Sender

CORPUS = Path(__file__).with_name("corpus")
OURS = "0123456789abcdef0123456789abcdef@desk.example"
FILES = sorted(CORPUS.glob("*.eml"))


@dataclasses.dataclass
class Expected:
    subject: str | None = None
    text: str | None = None
    kind: MailKind = MailKind.HUMAN
    sender: str = "eva@firm.example"
    name: str = "Eva Malá"
    answers: bool = False
    files: tuple[str, ...] = ()


AUTO_REPLY, REPORT, GENERATED = MailKind.AUTO_REPLY, MailKind.REPORT, MailKind.AUTO_GENERATED
DAEMON, SYSTEM = "mailer-daemon@mail.firm.example", "Mail Delivery System"
EXPECTED = {
    "apple-mail-de": Expected("Drucker", "Ja, jetzt geht es."),
    "auto-reply-outlook": Expected("Automatic reply: Printer", "I am away until Monday.", AUTO_REPLY, answers=True),
    "auto-reply-rfc3834": Expected("Printer", "Away.", AUTO_REPLY, answers=True),
    "auto-reply-vacation": Expected("Abwesenheitsnotiz: Drucker", "Ich bin bis Montag nicht da.", AUTO_REPLY),
    "base64-body": Expected("Printer", "Nothing prints since Monday."),
    "base64-damaged": Expected("Printer"),
    "bounce-delayed": Expected(kind=REPORT, sender=DAEMON, name=SYSTEM),
    "bounce-exchange-whole-mail": Expected(kind=REPORT, sender="postmaster@firm.example", name="Microsoft Outlook"),
    "bounce-postfix": Expected(kind=REPORT, sender=DAEMON, name=SYSTEM),
    "bounce-qmail-in-words": Expected(kind=REPORT, sender="mailer-daemon@firm.example", name=""),
    "boundary-missing": Expected("Printer", "Nothing prints."),
    "boundary-never-closed": Expected("Printer", "Nothing prints."),
    "calendar-invitation": Expected(
        "Invitation: Printer",
        "Look at the printer\n20261103T090000Z\n20261103T093000Z\nThird floor",
        files=("invitation.ics",),
    ),
    "charset-gb2312": Expected("打印机坏了", "打印机坏了，镕"),  # noqa: RUF001 - Chinese
    "charset-iso2022jp": Expected(None, "プリンターが動きません"),
    "charset-latin1-undeclared": Expected("Drucker", "Der Drücker ist für mich zu groß."),
    "charset-lies-utf8": Expected("Drucker", "Er kostet 50 € – „viel“."),  # noqa: RUF001 - as typed
    "charset-unknown": Expected("Printer", "Žluťoučký kůň"),
    "content-type-broken": Expected("Printer", "Nothing prints.", name=""),
    "empty-body-with-file": Expected("", "", files=("screen.png",)),
    "exchange-winmail-dat": Expected("Scan", "The scan is attached.", files=("winmail.dat",)),
    "file-name-path-and-direction": Expected("Scan", "See files.", files=("_.._etc_passwd", "invoice fdp.exe")),
    "file-name-rfc2231": Expected("Scan", "See file.", files=("Žluťoučký kůň.pdf",)),
    "file-zip-bomb": Expected("Files", "Open this.", files=("bomb.zip",)),
    "forwarded-as-attachment": Expected("Printer", "Please see this.", files=("Toner is empty.eml",)),
    "from-broken": Expected("Printer", "Nothing prints.", name=""),
    "gmail-reply": Expected("Printer", "That helped, thank you.", answers=True),
    "header-raw-utf8": Expected("Drücker — kaputt", "Hilfe"),
    "html-deeply-nested": Expected("Printer", "Help"),
    "html-only-links-and-lists": Expected(
        "Printer", "Steps:\n\n  1. Turn on\n  2. Print\n\nSee [this](https://firm.example/p?a=1&b=2)."
    ),
    "many-parts": Expected(),
    "message-id-broken": Expected("Printer", "Nothing prints.", name="", answers=True),
    "monitoring": Expected(
        "** PROBLEM: disk full on srv1 **",
        "DISK CRITICAL - free space: / 0 MB",
        GENERATED,
        "nagios@firm.example",
        "Monitoring",
    ),
    "name-every-script": Expected("Hello", "Help", name="Žofie Ω Жанна नेहा 山田 يوسف שרה ไทย evil"),
    "nested-too-deep": Expected(),
    "newsletter": Expected("50 % off", "Buy.", MailKind.BULK, "news@shop.example", "Offers"),
    "no-blank-line-no-mime": Expected("Printer", "Nothing prints.", name=""),
    "no-from": Expected("Printer", "Nothing prints.", sender="", name=""),
    "nul-and-controls": Expected("Pri nter", "Nothing prints[2J."),
    "outlook-html-only": Expected("Printer", "It works now, but only one page."),
    "outlook-mobile": Expected("Printer", "Still nothing"),
    "outlook-reply-de": Expected(
        "Drucker",
        "Guten Tag,\n\ner druckt immer noch nicht, auch nach dem Neustart.\n\nMit freundlichen Grüßen\nEva Malá",
        answers=True,
    ),
    "own-mail-back": Expected("Printer", None, GENERATED, "help@desk.example", ""),
    "plain-part-empty": Expected("Printer", "Only here"),
    "prefix-vs-re2": Expected("Tulostin ei toimi", "Ei vieläkään."),
    "read-receipt": Expected(kind=REPORT),
    "signed-smime": Expected("Printer", "Signed words."),
    "signed-smime-whole": Expected("Printer", "Nothing prints, and I sign for it.", files=("screen.png",)),
    "subject-broken-encoding": Expected("Drücker=ZZ kaputt", "Help"),
    "subject-empty": Expected("", "Help"),
    "subject-hidden-characters": Expected("invoice fdp.exe", "Help"),
    "through-a-group": Expected("Printer", "Nothing prints.", name="Eva"),
    "thunderbird-interleaved": Expected(
        "Questions",
        "On 02.11.26 10:12, Help wrote:\n> Which floor are you on?\nThe third.\n> Since when?\nMonday.",
    ),
    "two-subjects-two-froms": Expected("Printer", "Nothing prints.", name=""),
    "very-long": Expected("Printer"),
    "yahoo-reply": Expected("Printer", " Still no.", answers=True),
    "auto-reply-domino": Expected("AUTO: Eva Mala is out of the office (returning 09.11.2026)", kind=AUTO_REPLY),
    "bounce-exim-delayed": Expected(kind=REPORT, sender="mailer-daemon@mx.firm.example", name=SYSTEM),
    "bounce-second-recipient": Expected(kind=REPORT, sender="mailer-daemon@firm.example", name=""),
    "byte-order-mark-first": Expected("Bom", "Help"),
    "calendar-quoted-zone": Expected(
        "Visit",
        "Printer, third floor; bring toner\nand paper\n20261103T090000\n20261103T093000",
        files=("invitation.ics",),
    ),
    "calendar-reply": Expected(
        "Accepted: Printer", "Angenommen: Drucker\n20261103T090000", answers=True, files=("invitation.ics",)
    ),
    "charset-lies-utf16": Expected("U", "Nothing prints — at all."),
    "charset-lies-windows1250": Expected("x", "Příliš žluťoučký"),
    "charset-utf16-unsaid": Expected("U", "Nothing prints – at all."),  # noqa: RUF001 - as typed
    "file-names-four-ways": Expected(
        "F", "x", files=("Rechnung ü.pdf", "Žluťoučký kůň.pdf", "Žluť.pdf", "fallback.pdf")
    ),
    "from-encoded-whole": Expected("G", "Help"),
    "gmail-reaction": Expected("Printer", "\N{THUMBS UP SIGN} Eva reacted via Gmail", answers=True),
    "message-id-without-brackets": Expected("Printer", "Still no.", answers=True),
    "nested-thirty": Expected("N", "Deep words"),
    "notes-reply-de": Expected("Printer", "Geht wieder nicht.\n\nMit freundlichen Gruessen\nEva", answers=True),
    "outlook-html-rule": Expected("Printer", "Still no."),
    "outlook-inline-picture": Expected("Screen", "See this:\n[image001.png]\nNothing prints.", files=("image001.png",)),
    "pgp-signed-in-place": Expected("Printer", "Nothing prints.\n-- dashed"),
}
UNREADABLE = {"many-parts", "nested-too-deep"}


def read(name: str) -> Mail:
    return parse.read((CORPUS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - UNREADABLE))
def test_an_awkward_mail_is_read_as_its_writer_meant_it(name: str) -> None:
    mail, expected = read(name), EXPECTED[name]
    assert (mail.kind, mail.sender, mail.name) == (expected.kind, expected.sender, expected.name)
    assert expected.subject is None or mail.subject == expected.subject
    assert expected.text is None or mail.text == expected.text
    assert (OURS in mail.references) is expected.answers
    if mail.kind is not REPORT:
        assert tuple(file.name for file in mail.files) == expected.files


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_a_mail_built_to_break_its_reader_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(MailUnreadable, match="parts"):
        read(name)


def test_each_file_of_the_corpus_is_expected_and_explained() -> None:
    names = {path.stem for path in FILES}
    assert names == set(EXPECTED)
    assert names == set(re.findall(r"`([a-z0-9-]+)`", (CORPUS / "README.md").read_text()))


def test_what_was_trimmed_or_does_not_fit_is_kept() -> None:
    assert "Bitte starten Sie ihn neu." in read("outlook-reply-de").rest
    assert "Von meinem iPhone gesendet" in read("apple-mail-de").rest
    long = read("very-long")
    assert len(long.text) == parse.TEXT_CHARS
    assert long.text.endswith("…")
    assert "Line 399" in long.rest


def test_a_delivery_report_says_which_mail_did_not_reach_whom_and_why() -> None:
    for name, reason in (
        ("bounce-postfix", "smtp; 550 5.1.1 <Eva@firm.example>: user unknown"),
        ("bounce-exchange-whole-mail", "smtp;552 5.2.2 mailbox full"),
    ):
        report = read(name).report
        assert report is not None
        assert (report.failed, report.recipient, report.reason) == (True, "eva@firm.example", reason)
        assert OURS in report.message_ids
    second = read("bounce-second-recipient").report
    assert second is not None
    assert (second.failed, second.recipient, second.reason) == (True, "eva@firm.example", "5.1.1")
    in_words = read("bounce-qmail-in-words").report
    assert in_words is not None
    assert in_words.failed
    assert OURS in in_words.message_ids


@pytest.mark.parametrize("name", ["bounce-delayed", "bounce-exim-delayed", "read-receipt"])
def test_a_delay_or_a_receipt_is_no_failure(name: str) -> None:
    report = read(name).report
    assert report is not None
    assert not report.failed


def test_a_machine_that_numbers_and_dates_nothing_is_heard_each_time_it_says_the_same() -> None:
    said = b"From: nas@firm.example\nSubject: Backup failed\n\nBackup failed"
    first = b"Received: from nas by mx; Mon, 16 Nov 2026 03:00:01 +0000\n" + said
    again = b"Received: from nas by mx; Mon, 23 Nov 2026 03:00:02 +0000\n" + said
    assert parse.read(first).mark == parse.read(first).mark, "fetched twice it is one mail"
    assert parse.read(first).mark != parse.read(again).mark


def test_the_same_mail_by_two_ways_has_one_mark_and_another_mail_under_its_number_has_another() -> None:
    content = (CORPUS / "base64-body.eml").read_bytes()
    again = b"Received: from somewhere else\r\nX-Spam: no\r\n" + content
    assert parse.read(content).mark == parse.read(again).mark
    forged = content.replace(b"Subject: Printer", b"Subject: Scanner")
    assert parse.read(content).message_id == parse.read(forged).message_id
    assert parse.read(content).mark != parse.read(forged).mark


def storable(mail: Mail) -> None:
    """Whatever it was, it fits into an event and comes back as it was."""
    names = tuple(events.Attachment(file.name, file.media_type, len(file.content), "") for file in mail.files)
    written = events.MessageAdded(
        mail.text, message_id=mail.message_id, mark=mail.mark, sender=mail.sender, quoted=mail.rest, attachments=names
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(written), type=events.MessageAdded) == written
    assert "\x00" not in mail.subject + mail.name + mail.text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mail_of_the_corpus_with_bytes_changed_cut_and_doubled_gives_a_mail_or_the_documented_error(
    path: Path,
) -> None:
    dice = random.Random(path.stem)
    content = path.read_bytes()[:20_000]
    for _ in range(40):
        changed = bytearray(content)
        for _ in range(dice.randint(1, 12)):
            at = dice.randrange(len(changed))
            match dice.randrange(4):
                case 0:
                    changed[at] = dice.randrange(256)
                case 1:
                    del changed[at : at + dice.randint(1, 40)]
                case 2:
                    changed[at:at] = changed[at : at + dice.randint(1, 200)]
                case _:
                    changed[at:at] = dice.choice(
                        (b"\r\n", b"\n\n", b"=?utf-8?B?", b'"', b";", b"\xff", b"<", b"--b\r\n")
                    )
        try:
            storable(parse.read(bytes(changed)))
        except MailUnreadable as error:
            assert str(error).endswith(".")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(FILES))
def test_any_bytes_before_and_after_a_header_give_a_mail_or_the_documented_error(noise: bytes, path: Path) -> None:
    head, _, body = path.read_bytes()[:5000].partition(b"\r\n\r\n")
    for content in (noise, head + b"\r\n\r\n" + noise, noise + b"\r\n" + body, head + noise + b"\r\n\r\n" + body):
        try:
            storable(parse.read(content))
        except MailUnreadable as error:
            assert str(error).endswith(".")


def test_an_address_that_is_encoded_with_its_name_is_confirmed_by_no_server() -> None:
    content = (CORPUS / "from-encoded-whole.eml").read_bytes()
    passed = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=firm.example\r\n"
    mail = parse.read(passed + content, authserv_id="mx.desk.example")
    assert (mail.sender, mail.confirmed) == ("eva@firm.example", Sender.UNCONFIRMED)
