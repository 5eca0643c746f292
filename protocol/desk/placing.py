"""Who takes care of a ticket: when it comes, when it is handed on, when its owner is away. Pure.

Guarantees that nobody who is away or gone, nor anybody a complaint is about, is ever chosen (promises 3, 4, 13, 40).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from protocol.desk.book import Book
from protocol.desk.events import HandedOver, Staff, StaffProfile
from protocol.desk.states import StepRefused, TicketState, mark
from protocol.desk.terms import TicketKind
from protocol.desk.ticket import Ticket

_CARD = (
    ("tried", mark("Write on the card what was tried: nobody explains a problem twice.")),
    ("known", mark("Write on the card what is known: nobody explains a problem twice.")),
    ("next_step", mark("Write on the card the next step: nobody explains a problem twice.")),
)


def as_staff(profile: StaffProfile) -> Staff:
    """As people are told who it is (promise 14)."""
    return Staff(profile.identifier, profile.name, profile.title, profile.phone)


def present(book: Book, now: datetime) -> list[StaffProfile]:
    """Everybody of the staff who is not away."""
    away = book.duty.absent(now)
    return [profile for profile in book.register.staff.values() if not profile.gone and profile.identifier not in away]


def responsible(ticket: Ticket, book: Book, now: datetime) -> Staff | None:
    """Who a new ticket goes to: the requester's contact, the contract's, its deputy (promise 4); a complaint to a lead.

    None: the desk has agreed nothing with anybody, and the ticket waits for whoever is free.
    """
    complaint = ticket.kind is TicketKind.COMPLAINT
    known = [] if complaint else _contacts(book, ticket.user, ticket.customer, now)
    if not known and not complaint:
        return None
    there = {profile.identifier: profile for profile in present(book, now)}
    for barred in ticket.agreements.barred:
        there.pop(barred, None)
    leads = (profile.identifier for profile in there.values() if profile.lead)
    return _first(there, (*known, *leads)) or _first(there, there)


def contact(book: Book, user: str, customer: str, now: datetime) -> Staff | None:
    """Who knows a user or his customer; the deputy while that one is away (promise 4). None: nobody is named."""
    there = {profile.identifier: profile for profile in present(book, now)}
    return _first(there, _contacts(book, user, customer, now))


def _contacts(book: Book, user: str, customer: str, now: datetime) -> list[str]:
    known_user = book.register.users.get(user)
    contract = book.register.contract_of(customer)
    known = [known_user.contact] if known_user and known_user.contact else []
    if contract is not None:
        version = contract.in_force(now)
        known += [version.contact, version.deputy]
    return known


def successor(ticket: Ticket, book: Book, now: datetime, leaving: str, load: Mapping[str, int]) -> Staff | None:
    """Who takes over what somebody who is away leaves: contact or deputy, else who knows most of what he knew.

    Args:
        ticket: open, and his.
        book: as it is without him, or not yet.
        now: who is there then is asked.
        leaving: his identifier.
        load: open tickets by owner; of two who know as much, it goes to the one who has fewer.
    """
    there = {p.identifier: p for p in present(book, now) if p.identifier not in {leaving, *ticket.agreements.barred}}
    if ticket.kind is not TicketKind.COMPLAINT and (contract := book.register.contract_of(ticket.customer)) is not None:
        version = contract.in_force(now)
        if (known := _first(there, (version.contact, version.deputy))) is not None:
            return known
    knew = book.register.staff[leaving].skills if leaving in book.register.staff else {}

    def rank(profile: StaffProfile) -> tuple[bool, int, int, str]:
        knows = sum(min(profile.skills.get(skill, 0), level) for skill, level in knew.items())
        astray = ticket.kind is TicketKind.COMPLAINT and not profile.lead
        return astray, -knows, load.get(profile.identifier, 0), profile.identifier

    best = min(there.values(), key=rank, default=None)
    return None if best is None else as_staff(best)


def check_hand_over(ticket: Ticket, card: HandedOver, book: Book, now: datetime) -> None:
    """Raises StepRefused, with the reason, for one that may not be (promises 2, 3, 13)."""
    if not ticket.is_open:
        raise StepRefused("Only an open ticket can be handed over.")
    for name, sentence in _CARD:
        if not getattr(card, name).strip():
            raise StepRefused(sentence)
    profile = book.register.staff.get(card.to.identifier)
    if profile is None or profile.gone:
        raise StepRefused("Nobody of the staff is “{who}”.", who=card.to.identifier)
    if profile.identifier in book.duty.absent(now):
        raise StepRefused("{name} is away; choose somebody who is there.", name=profile.name)
    if ticket.owner is not None and ticket.owner.identifier == profile.identifier:
        raise StepRefused("{name} takes care of it already.", name=profile.name)
    before = book.register.staff.get(ticket.owner.identifier) if ticket.owner else None
    had, has = before.skills if before else {}, profile.skills
    skill = card.skill or _known_less(had, has)
    knew, knows = had.get(skill, 0), has.get(skill, 0)
    if knows < knew and not card.reason.strip():
        raise StepRefused(
            "{name} knows less of {skill} ({knows}) than who has it now ({knew}): say why all the same.",
            name=profile.name,
            skill=skill,
            knows=knows,
            knew=knew,
        )


def _known_less(had: Mapping[str, int], has: Mapping[str, int]) -> str:
    """What is known less of by somebody who knows more of nothing; empty: there is no such skill."""
    if any(level > had.get(skill, 0) for skill, level in has.items()):
        return ""
    return max((skill for skill in had if has.get(skill, 0) < had[skill]), key=lambda skill: had[skill], default="")


def check_taking(ticket: Ticket, staff: str) -> None:
    """Raises StepRefused when somebody else is at it: taking that over needs the card (promise 2)."""
    begun = ticket.state in (TicketState.IN_PROGRESS, TicketState.ON_HOLD)
    if begun and ticket.owner is not None and ticket.owner.identifier != staff:
        raise StepRefused("{name} works on it; to take it over, use Hand over, with its card.", name=ticket.owner.name)


def _first(there: Mapping[str, StaffProfile], wanted: Iterable[str]) -> Staff | None:
    return next((as_staff(there[who]) for who in wanted if who in there), None)
