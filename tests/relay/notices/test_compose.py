from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Actor, Channel, NoticeKind
from protocol.desk.ticket import fold
from relay.mail.errors import Unsendable
from relay.notices.compose import compose
from relay.notices.letters import Case
from relay.notices.readers import Reader

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
JANA = events.Staff("jana", "Jana Nováková", "Support engineer", "+420 123 456")
KEY = "b" * 32


def entry(event: events.TicketEvent, actor: Actor = Actor.STAFF) -> events.Entry:
    return events.Entry(1, NOW, actor, "", "Jana Nováková", event)


def history(subject: str = "Fire", solution: str = "Water") -> list[events.Entry]:
    opened = events.Opened(
        "a" * 32,
        "",
        "",
        "Eva",
        "It burns",
        2,
        10,
        (),
        NOW,
        channel=Channel.MAIL,
        subject=subject,
        message_id="1@x.example",
    )
    return [
        entry(opened, Actor.REQUESTER),
        entry(events.Triaged(1, 1)),
        entry(events.Assigned(JANA)),
        entry(events.Started()),
        entry(events.AppointmentMade(KEY, LATER, LATER + timedelta(hours=1), "On the third floor")),
        entry(events.QuoteMade(KEY, "A new printer", 12050, "EUR", LATER)),
        entry(events.Resolved(solution)),
    ]


def book() -> Book:
    found = Book()
    desk = events.DeskSet(events.DeskSettings("Help", "help@desk.example"))
    found.apply(events.Entry(0, NOW, Actor.DESK, "", "athand", desk))
    return found


def mail(
    kind: NoticeKind,
    *,
    language: str = "en",
    staff: bool = False,
    name: str = "Eva",
    subject: str = "Fire",
    text: str = "",
    solution: str = "Water",
    address: str = "eva@firm.example",
) -> EmailMessage:
    past = history(subject, solution)
    about = KEY if kind in {NoticeKind.QUOTE, NoticeKind.APPOINTMENT, NoticeKind.APPOINTMENT_NEAR} else "x"
    notice = events.NoticeSent(kind, address, about, "mail", text, f"{'c' * 32}@desk.example")
    reader = Reader(address, name, address, language, staff)
    return compose(Case(book(), notice, reader, fold(past), token="c" * 32), past, NOW)


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(rich, EmailMessage)
    return str(plain.get_content()), str(rich.get_content())


@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize("kind", NoticeKind)
def test_each_notice_says_something_to_everybody_in_each_language(kind: NoticeKind, *, staff: bool) -> None:
    english, german = (parts(mail(kind, language=language, staff=staff, text="Hello"))[0] for language in ("en", "de"))
    assert english != german or kind is NoticeKind.ANSWER
    assert len(english.strip()) > len("-- \nHelp")
    assert parts(mail(kind, language="cs", staff=staff, text="Hello"))[0] == english


def test_a_price_and_an_appointment_are_said_with_their_figures() -> None:
    price = parts(mail(NoticeKind.QUOTE))[0]
    assert "120.50 EUR" in price
    assert "A new printer" in price
    assert "On the third floor" in parts(mail(NoticeKind.APPOINTMENT_NEAR))[0]


def test_what_people_write_is_shown_as_it_is_and_runs_nowhere() -> None:
    text = "<script>alert(1)</script> & <b>"
    plain, rich = parts(mail(NoticeKind.ANSWER, text=text))
    assert text in plain
    assert "<script>" not in rich
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in rich


def test_a_mail_of_the_desk_says_so_to_machines() -> None:
    receipt, solved = mail(NoticeKind.RECEIPT), mail(NoticeKind.RESOLVED)
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert solved["Auto-Submitted"] is None
    assert receipt["X-Athand"] == solved["X-Athand"] == "help@desk.example"
    assert receipt["In-Reply-To"] == receipt["References"] == "<1@x.example>"
    assert receipt["Message-ID"] == f"<{'c' * 32}@desk.example>"


def test_a_domain_in_another_script_is_written_as_servers_know_it() -> None:
    assert "eva@xn--mller-kva.example" in str(mail(NoticeKind.RECEIPT, address="eva@müller.example")["To"])


@pytest.mark.parametrize("address", ["", "no address", "eva@", "eva@bad..example", "eva@" + "ü" * 80])
def test_who_has_no_address_that_a_mail_can_go_to_is_said(address: str) -> None:
    with pytest.raises(Unsendable, match="address"):
        mail(NoticeKind.RECEIPT, address=address)


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=60), subject=st.text(max_size=200), text=st.text(max_size=300))
def test_no_name_subject_or_text_adds_a_header_or_a_second_reader(name: str, subject: str, text: str) -> None:
    name, subject, text = (part.encode("utf-8", "replace").decode() for part in (name, subject, text))
    made = mail(NoticeKind.ANSWER, name=name, subject=subject, text=text)
    read = made.as_bytes()
    head = read.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in {" ", "\t"}]
    assert sorted(set(names)) == sorted(names)
    assert set(names) <= {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "X-Athand",
        "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert [one.addr_spec for one in made["To"].addresses] == ["eva@firm.example"]
