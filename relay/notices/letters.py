"""What each notice says, in its reader's language: a letter without its form. Pure.

Guarantees: every kind of notice has its words. What a person wrote is quoted as it is, never translated.
"""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from urllib.parse import quote

from babel.dates import format_date, format_time

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.calendar import zone
from protocol.desk.clashes import read
from protocol.desk.events import Channel, NoticeKind
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from protocol.trust.names import one_line
from relay import words
from relay.notices.readers import Reader, requester

_TITLE_CHARS = 120
Words = Callable[[str], str]


@dataclasses.dataclass(frozen=True, slots=True)
class Button:
    """An answer that takes one press."""

    label: str
    address: str


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its form.

    Attributes:
        subject: for a notice about no ticket; else the ticket's own is used.
        said: what a human wrote, below the paragraphs, and who that is; after: what follows it.
        facts: label and value.
    """

    paragraphs: tuple[str, ...]
    subject: str = ""
    said: str = ""
    said_by: str = ""
    after: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    human: bool = False
    """Whether a human's words are the point of it: then it does not say of itself that a program sent it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """What a letter is written from.

    Attributes:
        ticket: as it stood when the notice was written down; None: it is about none.
        author: name of whoever did what it is about.
        page: address of the ticket's page for its requester; empty: there is none.
        token: what makes an answer by mail the answer of whoever got this one.
    """

    book: Book
    notice: events.NoticeSent
    reader: Reader
    ticket: Ticket | None
    author: str = ""
    page: str = ""
    token: str = ""


def letter(case: Case) -> Letter:
    """The letter for a notice."""
    if case.ticket is None:
        return _about_no_ticket(case)
    if case.reader.staff:
        return _to_staff(case, case.ticket)
    return _to_requester(case, case.ticket)


def moment(case: Case, at: datetime) -> str:
    """A date and time as the reader reads it, by the clock of his customer's contract."""
    language = words.known(case.reader.language)
    there = at.astimezone(_zone(case, at))
    return f"{format_date(there, 'full', locale=language)}, {format_time(there, 'HH:mm zzz', locale=language)}"


def _to_requester(case: Case, ticket: Ticket) -> Letter:  # noqa: PLR0911 - one for each kind
    _ = words.words(case.reader.language)
    kind, text = case.notice.kind, case.notice.text
    match kind:
        case NoticeKind.RECEIPT:
            thanks = _("Thank you, your request has arrived. It has the number {number}.").format(number=ticket.number)
            rest = _("You need not do anything now. To add something, answer this mail.")
            often = _("Should you write more than once today, not each mail may get such a reply; all of them arrive.")
            stranger = (often,) if ticket.channel is Channel.MAIL and not ticket.user else ()
            return Letter((thanks, rest, *stranger), facts=_facts(case, ticket))
        case NoticeKind.NEW_HANDLER:
            return Letter((_introduction(_, ticket),), facts=_facts(case, ticket))
        case NoticeKind.ANSWER:
            understood = text == ticket.talk.read_back and ticket.talk.confirmed is None
            first = (_("We understood it like this. Is that right? Just answer this mail."),) if understood else ()
            who = _signature(case, ticket)
            return Letter(first, said=text, said_by=who, facts=_facts(case, ticket), human=True)
        case NoticeKind.RESOLVED | NoticeKind.VERDICT_REMINDER | NoticeKind.VERDICT_ASKED:
            return _verdict(case, ticket)
        case NoticeKind.HOLD_REMINDER:
            asked = next(iter(ticket.talk.questions.values()), "")
            wait = _("We wait for a word from you before we can go on. Just answer this mail.")
            return Letter((wait,), said=asked, said_by=_signature(case, ticket) if asked else "")
        case NoticeKind.APPOINTMENT | NoticeKind.APPOINTMENT_NEAR | NoticeKind.APPOINTMENT_UNSURE:
            return Letter(_appointment(case, ticket))
        case NoticeKind.APPOINTMENT_OFF:
            return _called_off(case, ticket)
        case NoticeKind.QUOTE:
            return _quote(case, ticket)
        case NoticeKind.DISPLACED:
            sorry = _("We are sorry: somebody whose work stands still had to be helped first, so yours takes longer.")
            return Letter((sorry,), facts=_facts(case, ticket))
        case NoticeKind.LINK:
            here = _("Here is the new link to your request that was asked for. It opens it to whoever has it.")
            return Letter((here, _("If it was not you who asked, you need not do anything.")))
        case NoticeKind.TOO_LARGE:
            left = _("These files were too large to take in: {names}.").format(names=text)
            rest = _("Your message itself has arrived. We find another way for the files if we need them.")
            return Letter((left, rest))
        case _:
            return Letter((_heading(case),), said=text, facts=_facts(case, ticket))


def _to_staff(case: Case, ticket: Ticket) -> Letter:
    _ = words.words(case.reader.language)
    owner = ticket.owner.name if ticket.owner else _("nobody")
    facts = [
        (_("Requester"), case.book.register.requester_of(ticket)),
        (_("Owner"), owner),
        (_("Priority"), f"P{ticket.priority}" if ticket.priority else _("not judged yet")),
        *_clash(case),
        *_facts(case, ticket),
    ]
    return Letter((_heading(case),), said=case.notice.text or ticket.problem, facts=tuple(facts))


def _clash(case: Case) -> Iterator[tuple[str, str]]:
    """Of a notice of two appointments at one time: both."""
    _ = words.words(case.reader.language)
    clash = read(case.notice.about) if case.notice.kind is NoticeKind.APPOINTMENT_CLASH else None
    if clash is not None:
        yield _("Appointment"), moment(case, clash.begin)
        other = _("request {number}, {when}").format(number=clash.other, when=moment(case, clash.other_begin))
        yield _("Clashes with"), other


def _about_no_ticket(case: Case) -> Letter:
    heading, about = _heading(case), case.notice.text.split("\n", 1)[0][:_TITLE_CHARS]
    subject = f"{heading.rstrip('.')}: {about}" if about else heading.rstrip(".")
    return Letter((heading,), subject=one_line(subject), said=case.notice.text)


def _heading(case: Case) -> str:
    """One sentence for each kind; a kind without one of its own says what is so."""
    _ = words.words(case.reader.language)
    headings = {
        NoticeKind.WARNING: _("A time that was agreed is nearly over."),
        NoticeKind.BREACH: _("A time that was agreed is over."),
        NoticeKind.STEP_NEAR: _("The next step is due soon."),
        NoticeKind.STEP_DUE: _("The next step is overdue."),
        NoticeKind.UNTOUCHED: _("Nobody has done anything about this for too long."),
        NoticeKind.APPOINTMENT: _("An appointment was made."),
        NoticeKind.APPOINTMENT_NEAR: _("An appointment is near."),
        NoticeKind.APPOINTMENT_CLASH: _("This appointment clashes with another one; please move one of the two."),
        NoticeKind.APPOINTMENT_UNSURE: _("It is not sure that an appointment can be kept."),
        NoticeKind.APPOINTMENT_OFF: _("An appointment was called off."),
        NoticeKind.APPOINTMENT_OPEN: _("An appointment is over; please say whether it was kept."),
        NoticeKind.FAULT: _("Something is wrong."),
        NoticeKind.RECOVERY: _("What was wrong is over."),
        NoticeKind.PROOF_FAILED: _("What was solved fails again: please look at it before somebody has to ask."),
        NoticeKind.PAGE: _("You are called: an urgent request waits. Please say that you take it."),
        NoticeKind.NEW_HANDLER: _("This request is yours now."),
        NoticeKind.MAIL_ASIDE: _("A mail could not be taken in and was set aside."),
        NoticeKind.MAIL_UNSENT: _("A mail could not be delivered."),
    }
    return headings.get(case.notice.kind, _("There is news."))


def _introduction(_: Words, ticket: Ticket) -> str:
    """Name, title and phone (promise 14)."""
    if ticket.owner is None:
        return _("There is news.")
    who = ticket.owner
    return _("{name}, {title}, takes care of your request now. Phone: {phone}.").format(
        name=who.name, title=who.title, phone=who.phone
    )


def _signature(case: Case, ticket: Ticket) -> str:
    owner = ticket.owner
    if owner is not None and case.author in {"", owner.name}:
        return f"{owner.name}, {owner.title}, {owner.phone}"
    return case.author


def _verdict(case: Case, ticket: Ticket) -> Letter:
    _ = words.words(case.reader.language)
    match case.notice.kind:
        case NoticeKind.RESOLVED:
            first = _("We think that it is solved:")
        case NoticeKind.VERDICT_REMINDER:
            first = _("We think that it is solved, and have not heard from you:")
        case _:
            first = _("Thank you for your message. One thing only you can say:")
    ask = _("Is it solved? Please press one of the two. Your request is closed only if you say so.")
    buttons, who = _buttons(case, ticket), _signature(case, ticket)
    if not buttons:  # he has answered since
        return Letter((first,), said=ticket.solution, said_by=who, human=True)
    others = [f"\N{EN DASH} {alternative}" for alternative in ticket.alternatives]
    as_well = (_("This would do as well, if you would rather have it so:"), *others) if others else ()
    return Letter((first,), said=ticket.solution, said_by=who, after=(*as_well, ask), buttons=buttons, human=True)


def _buttons(case: Case, ticket: Ticket) -> tuple[Button, ...]:
    """Both answers; a mail program does for who has no page."""
    _ = words.words(case.reader.language)
    if ticket.state is not TicketState.RESOLVED:
        return ()
    if case.page:
        return (
            Button(_("Yes, it is solved"), f"{case.page}#verdict"),
            Button(_("No, not yet"), f"{case.page}#verdict"),
        )
    return (
        Button(_("Yes, it is solved"), _mailto(case, ticket, "solved", "")),
        Button(_("No, not yet"), _mailto(case, ticket, "not-solved", _("This is still wrong:"))),
    )


def _appointment(case: Case, ticket: Ticket) -> tuple[str, ...]:
    _ = words.words(case.reader.language)
    found = ticket.agreements.appointments.get(case.notice.about.split(" ")[0])
    if found is None:
        return (_("There is news."),)
    if case.notice.kind is NoticeKind.APPOINTMENT_UNSURE:
        return (
            _("It may be that we cannot keep our appointment: {when}.").format(when=moment(case, found.begin)),
            _("Somebody else looks after your request now, and is needed elsewhere then. You hear from us soon."),
            _("If you need another time, answer this mail."),
        )
    near = case.notice.kind is NoticeKind.APPOINTMENT_NEAR
    first = _("We remind you of your appointment:") if near else _("We have this appointment:")
    when = _("{begin} until {end}").format(begin=moment(case, found.begin), end=moment(case, found.end))
    return first, when, found.text, _("If that does not suit you, answer this mail.")


def _called_off(case: Case, ticket: Ticket) -> Letter:
    """When it would have been stands in what the notice is about: the ticket does not know it any more."""
    _ = words.words(case.reader.language)
    try:
        at = datetime.fromisoformat(case.notice.about.partition(" ")[2])
    except ValueError:
        first = _("Our appointment is called off.")
    else:
        first = _("Our appointment is called off: {when}.").format(when=moment(case, at))
    said = case.notice.text
    after = (_("If you need another time, answer this mail."),)
    return Letter((first,), said=said, said_by=_signature(case, ticket) if said else "", after=after)


def _quote(case: Case, ticket: Ticket) -> Letter:
    _ = words.words(case.reader.language)
    found = ticket.agreements.quotes.get(case.notice.about)
    if found is None:
        return Letter((_("There is news."),))
    price = f"{found.price_cents // 100}.{found.price_cents % 100:02} {found.currency}"
    asked: tuple[str, ...] = ()
    if case.reader.identifier != requester(case.book, ticket).identifier:
        whose = _("{requester} has asked us for help: {title}. Your organisation has named you to decide on the price.")
        who = one_line(case.book.register.requester_of(ticket))
        asked = (whose.format(requester=who, title=title_of(ticket, without=".")),)
    sentences = (
        _("This costs extra, so we ask you first. It would be {price}.").format(price=price),
        _("The price holds until {when}. Nothing is done or charged before you say yes.").format(
            when=moment(case, found.valid_until)
        ),
    )
    answer = (Button(_("Answer on the page"), case.page),) if case.page else _price_buttons(case, ticket)
    who = _signature(case, ticket)
    return Letter(
        (*asked, *sentences[:1]), said=found.text, said_by=who, after=sentences[1:], buttons=answer, human=True
    )


def title_of(ticket: Ticket, without: str = "") -> str:
    """On one line, `without` these characters at its end, and not too long."""
    title = one_line(ticket.title).rstrip(without)
    return title if len(title) <= _TITLE_CHARS else f"{title[: _TITLE_CHARS - 1]}…"


def _price_buttons(case: Case, ticket: Ticket) -> tuple[Button, ...]:
    """Yes and no by mail, for whoever may say yes."""
    user = case.book.register.users.get(case.reader.identifier)
    if user is None or not user.may_accept_quotes:
        return ()
    _ = words.words(case.reader.language)
    return (
        Button(_("Yes, at this price"), _mailto(case, ticket, "accepted", "")),
        Button(_("No, thank you"), _mailto(case, ticket, "declined", "")),
    )


def _mailto(case: Case, ticket: Ticket, answer: str, body: str) -> str:
    """A mail that says it in its subject; the token is known to nobody but this letter's reader."""
    subject = quote(f"[#{ticket.number}] {answer}-{case.token}")
    return f"mailto:{case.book.register.desk.address}?subject={subject}" + (f"&body={quote(body)}" if body else "")


def _facts(case: Case, ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """State, next step and when (promises 15, 16)."""
    _ = words.words(case.reader.language)
    facts = []
    if ticket.next_step:
        facts.append((_("Next"), words.step_in_words(ticket.next_step, _)))
    if ticket.due is not None:
        facts.append((_("By"), moment(case, ticket.due)))
    if ticket.done_by is not None:
        facts.append((_("Done by, as far as we know now"), moment(case, ticket.done_by)))
    return tuple(facts)


def _zone(case: Case, at: datetime) -> tzinfo:
    register = case.book.register
    contract = register.contract_of(case.ticket.customer if case.ticket else "")
    calendar = register.calendars.get(contract.in_force(at).hours) if contract else None
    calendar = calendar or next(iter(register.calendars.values()), None)
    return zone(calendar.in_force(at).time_zone if calendar else "UTC")
