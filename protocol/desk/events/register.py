"""The desk's book: customers, contracts, calendars, people, machines, and how the desk is set up. Pure.

These events belong to no ticket; their entries bear number 0. Each sets one thing whole: the last one holds, the ones
before it stay readable.
"""

import enum
from typing import Annotated

from msgspec import Meta, Struct

from protocol import limits
from protocol.desk.calendar import Calendar
from protocol.desk.contract import Contract
from protocol.desk.events.base import EventBase
from protocol.desk.terms import Address, Language, Level, Name

Identifier = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@+-]{0,119}$")]
"""Of what an admin names: short, lower case, typed on a command line."""


class Customer(Struct, frozen=True, forbid_unknown_fields=True):
    """Who pays: an organisation, or a part of one.

    Attributes:
        domains: mail domains whose senders are this customer's people.
        tier: 1 is served first; a free technician is offered the lowest tier just as well (promise 26).
    """

    identifier: Identifier
    name: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    contract: Name = ""
    domains: Annotated[tuple[Name, ...], Meta(max_length=64)] = ()
    tier: Level = 3
    language: Language = ""
    report_to: Address = ""


class ByMail(enum.StrEnum):
    """Whether somebody who asks from his window is told by mail, too."""

    AWAY = "away"
    """What happened while his machine was off, unless he has seen it there a little later."""
    ALWAYS = "always"
    NEVER = "never"


class User(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who may ask for help (promise 44).

    Attributes:
        mails: the first one is written to, all are recognised;
        phones: in international form, digits only after the plus, recognised when he calls.
        contact: the technician who knows this person, before the contract's (promise 4).
    """

    identifier: Identifier
    name: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    customer: Name = ""
    mails: Annotated[tuple[Address, ...], Meta(max_length=16)] = ()
    phones: Annotated[tuple[Name, ...], Meta(max_length=16)] = ()
    language: Language = ""
    contact: Name = ""
    may_accept_quotes: bool = False
    """Whether his yes to a price counts for the customer (promises 11, 27)."""
    gone: bool = False
    by_mail: ByMail = ByMail.AWAY


class Machine(Struct, frozen=True, forbid_unknown_fields=True):
    """A device and whose it is; the identifier is its certificate's."""

    identifier: Name
    label: Name
    user: Name = ""
    customer: Name = ""
    gone: bool = False


class StaffProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """What the desk knows of a technician beside the certificate (promise 45): the identifier is the certificate's.

    Attributes:
        skills: name → 1 (some) to 3 (expert).
        lead: hears of what is late, owns complaints (promise 40).
    """

    identifier: Name
    name: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    title: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    phone: Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS)]
    mail: Address = ""
    skills: Annotated[dict[Name, Level], Meta(max_length=64)] = {}
    lead: bool = False
    gone: bool = False


class DeskSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How the desk is set up.

    Attributes:
        address: the one mail address (promise 20); phone: the one number (promise 21).
        contract: for tickets of nobody's customer.
        page: address of the web page, such as ``https://help.example.org``.
        works_council: reports show no single technician's performance.
        reopen_days: a word on a closed ticket reopens it so long; later it makes a linked one.
        remind_days: after so many days a requester who owes a word is reminded; a day after the last, it goes dormant.
    """

    name: Name = ""
    address: Address = ""
    phone: Name = ""
    contract: Name = ""
    page: Annotated[str, Meta(max_length=500)] = ""
    language: Language = "en"
    works_council: bool = False
    reopen_days: Annotated[int, Meta(ge=0, le=365)] = 14
    remind_days: Annotated[tuple[int, ...], Meta(min_length=1, max_length=8)] = (2, 5, 10)


class DeskSet(EventBase, frozen=True):
    """The desk is set up so from now on."""

    settings: DeskSettings


class CustomerSet(EventBase, frozen=True):
    """A customer is new or changed."""

    customer: Customer


class ContractSet(EventBase, frozen=True):
    """A contract is new or has another version."""

    contract: Contract


class CalendarSet(EventBase, frozen=True):
    """A calendar is new or has another version."""

    calendar: Calendar


class UserSet(EventBase, frozen=True):
    """A user is new or changed."""

    user: User


class MachineSet(EventBase, frozen=True):
    """A machine is new or changed."""

    machine: Machine


class StaffSet(EventBase, frozen=True):
    """A technician's profile is new or changed."""

    profile: StaffProfile


class FaceSet(EventBase, frozen=True):
    """A technician has another picture (promise 4), by the hash of its bytes; empty: none any more."""

    staff: Name
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
