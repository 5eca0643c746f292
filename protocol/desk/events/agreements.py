"""What was agreed with the requester beyond the contract, and how it was handed on. Pure."""

import enum
from typing import Annotated

from msgspec import Meta

from protocol import moment
from protocol.desk.events.base import EventBase
from protocol.desk.terms import Cents, Key, Minutes, Name, Number, Staff, Text, Words
from protocol.moment import Moment


class HandedOver(EventBase, frozen=True):
    """Somebody else owns it, with a card, so that the requester explains nothing twice (promises 2, 3, 13).

    Attributes:
        skill: the one it needs, empty: none in particular;
        reason: why it goes to somebody who knows no more of it, or that its owner is absent.
    """

    to: Staff
    tried: Words
    known: Words
    next_step: Words
    skill: Name = ""
    reason: Text = ""


class TicketOffered(EventBase, frozen=True):
    """A free technician was offered it, being the oldest that waits (promise 26)."""

    staff: Staff


class OfferDeclined(EventBase, frozen=True):
    """He left it to others, and says why."""

    staff: Staff
    reason: Words


class AppointmentMade(EventBase, frozen=True):
    """A time was agreed (promise 31); one under the same number is moved."""

    appointment: Key
    begin: Moment
    end: Moment
    text: Words

    def __post_init__(self) -> None:
        """Refuses dates nobody could show, and an end before the beginning."""
        moment.check_stretch("An appointment", self.begin, self.end)


class AppointmentOver(EventBase, frozen=True):
    """It was kept, or not, or called off."""

    appointment: Key
    outcome: "AppointmentOutcome"
    text: Text = ""


class AppointmentOutcome(enum.StrEnum):
    """What became of a time agreed."""

    KEPT = "kept"
    MISSED = "missed"
    CALLED_OFF = "called_off"


class QuoteMade(EventBase, frozen=True):
    """Work beyond the contract (promise 11), or sooner than it says (promise 27), for a price agreed first.

    Attributes:
        within_min: solved within so many minutes of the contract's hours from the yes on; None: it is not about speed.
    """

    quote: Key
    text: Words
    price_cents: Cents
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    valid_until: Moment
    within_min: Minutes | None = None

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.valid_until)


class QuoteAnswered(EventBase, frozen=True):
    """The customer's yes or no; `user` is who gave it, in the register."""

    quote: Key
    accepted: bool
    text: Text = ""
    user: Name = ""


class Displaced(EventBase, frozen=True):
    """Another ticket was moved ahead of this one; this is the new time (promise 27)."""

    by: Number
    done_by: Moment

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.done_by)


class BudgetProlonged(EventBase, frozen=True):
    """The requester has more minutes than he said (promise 30)."""

    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class MovedAhead(EventBase, frozen=True):
    """It goes first from now on, as was paid for; `displaced`: tickets that wait longer for it (promise 27)."""

    quote: Key
    done_by: Moment
    displaced: Annotated[tuple[Number, ...], Meta(max_length=2000)] = ()

    def __post_init__(self) -> None:
        """Refuses dates nobody could show."""
        moment.check(self.done_by)


class HandlersBarred(EventBase, frozen=True):
    """A complaint goes past the persons concerned: none of these can ever own it (promise 40).

    Attributes:
        staff: identifiers of everybody who handled what is complained about; empty: nobody did.
        original: the ticket that is complained about; 0: this very one, or none.
    """

    staff: Annotated[tuple[Name, ...], Meta(max_length=200)]
    original: Annotated[int, Meta(ge=0, le=2**53)] = 0


class WaitForecast(EventBase, frozen=True):
    """How long the desk expected it to wait until somebody begins, when it came (promise 42).

    Attributes:
        ahead: tickets that waited already; staff: technicians who were there.
    """

    wait_min: Minutes
    ahead: Annotated[int, Meta(ge=0, le=10**6)]
    staff: Annotated[int, Meta(ge=1, le=10**5)]
