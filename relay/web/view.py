"""What the requester's page shows of a ticket, in his words. Pure.

Guarantees: whoever opens the page reads in the first lines how it stands, who looks after it, what comes next and when
(promise 16), and what is asked of him; nothing internal is in it.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.coming_back import reopen_until
from protocol.desk.events import HoldReason, Staff, TicketKind
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket
from relay import notices
from relay.desk.advice import open_for
from relay.desk.talk import awaits_rating
from relay.desk.views import for_requester
from relay.reports.monthly import zone_of
from relay.web import hours as opening
from relay.web import story
from relay.web.hours import Hours
from relay.web.pages import Moments
from relay.web.story import Line, Short
from relay.words import known, step_in_words, words

SHOWN = 300
"""Events on one page: ten thousand messages at once are 24 MB, and all others wait while they are written."""


class Step(Struct, frozen=True):
    """Something asked of the requester: a question, steps, a price; what would serve him better, and why."""

    key: str
    text: str
    steps: tuple[str, ...] = ()
    price: str = ""
    until: str = ""


class View(Struct, frozen=True):
    """The page. Empty strings are not shown.

    Attributes:
        verified: a check that failed before passes now (promise 10).
        mails: whether what happens is mailed to him.
        verdict: a solution awaits his word.
        to_rate: it has it, and awaits his rating.
        can_write, can_cancel, can_reopen, can_complain: what is possible now.
        face: hash of the owner's picture.
        read_back: what was understood, while he has not said whether it is right.
        may_buy: whether his yes to a price counts; else the prices are only shown.
        places: of each event that he is told of by its number, which it is on this ticket, from 1 on.
        earlier, later: the number of the first event on this page, if there are older ones; whether there are newer.
    """

    number: int
    title: str
    language: str
    desk: str
    desk_phone: str
    desk_address: str
    state: str
    state_word: str
    owner: Staff | None
    face: str
    next_step: str
    next_at: str
    estimate: str
    solution: str
    alternatives: tuple[str, ...]
    verified: bool
    mails: bool
    opened: str
    verdict: bool
    to_rate: bool
    can_write: bool
    can_cancel: bool
    can_reopen: bool
    can_complain: bool
    may_buy: bool
    questions: tuple[Step, ...]
    read_back: str
    instructions: tuple[Step, ...]
    quotes: tuple[Step, ...]
    advice: tuple[Step, ...]
    appointments: tuple[tuple[str, str], ...]
    short: tuple[Short, ...]
    messages: tuple[Line, ...]
    history: tuple[Line, ...]
    places: dict[int, int]
    earlier: int
    later: bool
    hours: Hours | None


def language_of(book: Book, ticket: Ticket) -> str:
    """The requester's language, if it is one of the server's."""
    return known(notices.requester(book, ticket).language)


def moments_of(book: Book, ticket: Ticket, now: datetime) -> Moments:
    """Times as the requester has them: in the zone of his service hours."""
    return Moments(language_of(book, ticket), zone_of(book, ticket.customer, now), now)


def view(  # noqa: PLR0913 - what the page is made of
    book: Book,
    ticket: Ticket,
    history: Sequence[tuple[int, events.Entry]],
    moments: Moments,
    *,
    mailed: bool,
    goes_on: Ticket | None = None,
    before: int | None = None,
) -> View:
    """The page.

    Args:
        book: the desk's.
        ticket: what it is about.
        history: all that happened to it.
        moments: its reader's times.
        mailed: the link came by mail, and was not shown to whoever typed in an address.
        goes_on: where a merged ticket goes on; whatever is said is said there.
        before: show what happened before this event; None: the newest.
    """
    _ = words(moments.language)
    desk = book.register.desk
    teller = story.Teller(_, moments.exactly, moments.money, desk.name or _("The desk"))
    seen = for_requester(history)
    older = seen if before is None else [pair for pair in seen if pair[0] < before]
    told = story.lines(older[-SHOWN:], teller)
    calendar = opening.calendar_of(book.register, ticket.customer, moments.now)
    state_word, state = _state(ticket, moments, back=_is_back(history))
    talk, is_open = ticket.talk, ticket.is_open
    owner = ticket.owner if is_open or ticket.state is TicketState.RESOLVED else None
    user = book.register.users.get(ticket.user)
    return View(
        number=ticket.number,
        title=ticket.title,
        language=moments.language,
        desk=desk.name,
        desk_phone=desk.phone,
        desk_address=desk.address,
        state=state,
        state_word=state_word,
        owner=owner,
        face=book.register.face(owner.identifier) if owner else "",
        next_step=step_in_words(ticket.next_step, _) if is_open else "",
        next_at=moments.moment(ticket.due) if is_open and ticket.due else "",
        estimate=_estimate(ticket, moments),
        solution=ticket.solution,
        alternatives=ticket.alternatives,
        verified=ticket.proofs.verified,
        mails=bool(desk.address and notices.requester(book, ticket).address),
        opened=moments.exactly(ticket.opened_at),
        verdict=ticket.state is TicketState.RESOLVED and not ticket.kinship.merged_into,
        to_rate=ticket.state is TicketState.CLOSED and awaits_rating([entry.event for _n, entry in history]),
        can_write=_takes_words(goes_on or ticket),
        can_cancel=is_open,
        can_reopen=can_reopen(book, ticket, moments.now),
        can_complain=ticket.kind is not TicketKind.COMPLAINT and not ticket.kinship.merged_into,
        may_buy=mailed and user is not None and user.may_accept_quotes,
        questions=tuple(Step(key, text) for key, text in talk.questions.items()) if is_open else (),
        read_back=talk.read_back if is_open and talk.confirmed is None else "",
        instructions=tuple(Step(k, "", steps) for k, steps in talk.instructions.items()) if is_open else (),
        quotes=_quotes(ticket, moments) if is_open else (),
        advice=tuple(Step(key, made.text, made.evidence) for key, made in open_for(book, user).items())
        if mailed
        else (),
        appointments=tuple(
            (f"{moments.moment(a.begin)} \N{EN DASH} {moments.moment(a.end)}", a.text)
            for a in sorted(ticket.agreements.appointments.values(), key=lambda a: a.begin)
        ),
        short=tuple(story.short(history, _)),
        messages=tuple(line for line in told if line.message),
        history=tuple(told),
        places={number: place for place, (number, _entry) in enumerate(seen, start=1)},
        earlier=older[-SHOWN][0] if len(older) > SHOWN else 0,
        later=len(older) < len(seen),
        hours=None if calendar is None else opening.hours(calendar, moments),
    )


def _takes_words(ticket: Ticket) -> bool:
    return ticket.is_open or (ticket.state is TicketState.RESOLVED and not ticket.kinship.merged_into)


def can_reopen(book: Book, ticket: Ticket, now: datetime) -> bool:
    """Whether a closed ticket can still be taken up again, instead of asking anew."""
    until = reopen_until(ticket, book.register.desk.reopen_days)
    return until is not None and now < until


def _quotes(ticket: Ticket, moments: Moments) -> tuple[Step, ...]:
    return tuple(
        Step(
            key,
            quote.text,
            price=moments.money(quote.price_cents, quote.currency),
            until=moments.moment(quote.valid_until),
        )
        for key, quote in ticket.agreements.quotes.items()
        if quote.accepted is None and moments.now <= quote.valid_until
    )


def _is_back(history: Sequence[tuple[int, events.Entry]]) -> bool:
    """Whether the requester took it up again, and nobody has touched it since."""
    for _number, entry in reversed(history):
        if isinstance(entry.event, events.Reopened | events.NotSolved):
            return True
        if entry.actor is events.Actor.STAFF:
            return False
    return False


def _estimate(ticket: Ticket, moments: Moments) -> str:
    """When it is solved, as was said; what the desk reckoned itself gives way to the next step's date."""
    if not ticket.is_open or ticket.done_by is None:
        return ""
    return moments.moment(max(ticket.done_by, ticket.due) if ticket.done_by_desk and ticket.due else ticket.done_by)


def _state(ticket: Ticket, moments: Moments, *, back: bool) -> tuple[str, str]:  # noqa: PLR0911 - one line for each state
    """One word, and one sentence."""
    _ = words(moments.language)
    if ticket.kinship.merged_into:
        number = ticket.kinship.merged_into
        return _("Together"), _("This goes on together with request {ticket}.").format(ticket=number)
    if ticket.dormant:
        return _("Put aside"), _("We put this aside until we hear from you. It is not closed.")
    match ticket.state:
        case TicketState.NEW:
            return _("Received"), _("We have your request, and look at it as soon as somebody is free.")
        case TicketState.TRIAGED:
            return _("Waiting its turn"), _("We have looked at your request, and begin as planned below.")
        case TicketState.IN_PROGRESS:
            if back:
                return _("Open again"), _("You told us that it is not solved. We look at it again, as planned below.")
            return _("Being worked on"), _("We are working on it.")
        case TicketState.ON_HOLD:
            return _("On hold"), _held(ticket, moments)
        case TicketState.RESOLVED:
            return _("Solved?"), _("We think that it is solved. Please tell us whether it is.")
        case TicketState.CLOSED:
            return _("Solved"), _("Closed, since you said that it is solved.")
        case TicketState.CANCELLED:
            return _("Taken back"), _("You took this request back.")


def _held(ticket: Ticket, moments: Moments) -> str:
    _ = words(moments.language)
    sentences = {
        HoldReason.USER: _("We need an answer from you to go on."),
        HoldReason.VENDOR: _("We are waiting for a supplier."),
        HoldReason.CHANGE: _("We are waiting for a change elsewhere."),
        HoldReason.SCHEDULED: _("We go on at the agreed time."),
    }
    sentence = sentences.get(ticket.hold or HoldReason.USER, "")
    if ticket.hold_until is None:
        return sentence
    until = _("Until {when}, as far as we know.").format(when=moments.moment(ticket.hold_until))
    return f"{sentence} {until}"
