"""What the desk says of itself to whoever asks for help: when somebody is there, who, and how long a wait is. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from protocol import moment
from protocol.desk.calendar import Calendar
from protocol.desk.terms import Cents, Key, Language, Name, Staff, Text
from protocol.envelope.base import MessageBase, Ref, TicketNumber, Words
from protocol.envelope.faces import Face
from protocol.moment import Moment


# --- agent → relay
class ReadAbout(MessageBase, frozen=True, omit_defaults=True):
    """Answered by `About`.

    Attributes:
        language: of the reader; empty: as the register knows it. So it is with the two answers.
    """

    ref: Ref
    language: Language = ""


class AnswerAdvice(MessageBase, frozen=True, omit_defaults=True):
    """The customer's yes or no to what is recommended (promise 8). Answered by `About`, as it is then."""

    ref: Ref
    recommendation: Key
    accepted: bool
    text: Text = ""
    language: Language = ""


class AnswerOffer(MessageBase, frozen=True):
    """The customer's yes or no to a price on somebody else's request (promise 11). Answered by `About`."""

    ref: Ref
    ticket: TicketNumber
    quote: Key
    accepted: bool
    text: Text = ""
    language: Language = ""


# --- relay → agent
class OfferView(Struct, frozen=True, forbid_unknown_fields=True):
    """A price that waits for this user's answer: who asks, what it is about, and what it costs; nothing else of it."""

    ticket: TicketNumber
    quote: Key
    requester: str
    title: str
    text: Words
    price_cents: Cents
    currency: str
    valid_until: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.valid_until)


class AdviceView(Struct, frozen=True, forbid_unknown_fields=True):
    """What would serve the customer better, and why; it waits for an answer."""

    key: Key
    text: Words
    evidence: tuple[str, ...]


class About(MessageBase, frozen=True, omit_defaults=True):
    """The desk as it is for this device's user.

    Attributes:
        phone: the desk's one number (promise 21); empty: none is published.
        calendar: the service hours, from the very calendar the clocks compute with, its past and the far ahead left
            out (promise 39); None: none is agreed.
        on_duty: who is called outside of them (promise 1), the first one first.
        contact: who knows this user or customer; the deputy while that one is away (promise 4).
        advice: what waits for this user's yes or no; nothing for one who may not order.
        wait_min: for somebody who asks now (promise 42), until work begins, closed hours included; None: nobody is
            there to say.
        offers: prices on others' requests that wait for this user's yes or no; the relay says so by
            itself, too, with ref 0.
        faces: pictures of those it names.
        answer_by: by when he hears from the desk, for urgency 1 to 3: the date that his request gets.
    """

    ref: Ref
    name: Name
    phone: Name
    calendar: Calendar | None = None
    on_duty: Annotated[tuple[Staff, ...], Meta(max_length=8)] = ()
    contact: Staff | None = None
    wait_min: int | None = None
    advice: Annotated[tuple[AdviceView, ...], Meta(max_length=20)] = ()
    answer_by: Annotated[tuple[Moment, ...], Meta(max_length=3)] = ()
    offers: Annotated[tuple[OfferView, ...], Meta(max_length=20)] = ()
    faces: Annotated[tuple[Face, ...], Meta(max_length=9)] = ()

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(*self.answer_by)


FromAgent = ReadAbout | AnswerAdvice | AnswerOffer
ToClient = About
