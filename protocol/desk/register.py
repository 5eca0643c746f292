"""Customers, contracts, calendars, people and machines, and who somebody is by mail address or number. Pure."""

import re
from collections.abc import Iterable
from copy import copy

from protocol.desk import events
from protocol.desk.calendar import Calendar
from protocol.desk.contract import Contract
from protocol.desk.events import Customer, DeskSettings, Machine, StaffProfile, User
from protocol.desk.facts import Ticket
from protocol.desk.terms import Channel

_NOT_DIALLED = re.compile(r"[^0-9+]")


class RegisterError(ValueError):
    """Something the register cannot hold; the sentence is for whoever wrote it."""


class Register:
    """What the desk knows of whom, by identifier (promises 44, 45).

    Attributes:
        faces: hashes of pictures by whose they are; whoever leaves, leaves without.
        terms_revision: grows whenever a contract, a calendar, or who has which contract may have changed.
    """

    def __init__(self) -> None:
        self.terms_revision = 0
        self.desk = DeskSettings()
        self.customers: dict[str, Customer] = {}
        self.contracts: dict[str, Contract] = {}
        self.calendars: dict[str, Calendar] = {}
        self.users: dict[str, User] = {}
        self.machines: dict[str, Machine] = {}
        self.staff: dict[str, StaffProfile] = {}
        self.faces: dict[str, str] = {}
        self._by_mail: dict[str, str] = {}
        self._by_phone: dict[str, str] = {}
        self._by_domain: dict[str, str] = {}

    def apply(self, event: events.BookEvent) -> None:
        """One more event; others than the register's leave it as it is."""
        match event:
            case events.DeskSet(settings=settings):
                self.desk = settings
                self.terms_revision += 1
            case events.CustomerSet(customer=customer):
                self.terms_revision += 1
                self._forget(self._by_domain, customer.identifier)
                self.customers[customer.identifier] = customer
                self._by_domain |= dict.fromkeys((domain.lower() for domain in customer.domains), customer.identifier)
            case events.ContractSet(contract=contract):
                self.contracts[contract.identifier] = contract
                self.terms_revision += 1
            case events.CalendarSet(calendar=calendar):
                self.calendars[calendar.identifier] = calendar
                self.terms_revision += 1
            case events.UserSet(user=user):
                self._set_user(user)
            case events.MachineSet(machine=machine):
                self.machines[machine.identifier] = machine
            case events.StaffSet(profile=profile):
                self.staff[profile.identifier] = profile
                if profile.gone:
                    self.faces.pop(profile.identifier, None)
            case events.FaceSet(staff=staff, sha256=sha256):
                self._set_face(staff, sha256)
            case _:
                pass

    def new(self, changes: Iterable[events.BookEvent]) -> tuple[events.BookEvent, ...]:
        """Those of the changes, one after the other, that change anything; so one that is sent again is written once.

        Raises RegisterError for the first one that speaks of what is not there, or takes what is somebody else's.
        """
        after = self._copied()
        fresh = []
        for change in changes:
            after.check(change)
            if not after.holds(change):
                after.apply(change)
                fresh.append(change)
        return tuple(fresh)

    def holds(self, event: events.BookEvent) -> bool:
        """Whether it stands there already, to the letter."""
        match event:
            case events.DeskSet(settings=settings):
                return self.desk == settings
            case events.CustomerSet(customer=one):
                known: object = self.customers.get(one.identifier)
            case events.ContractSet(contract=one):
                known = self.contracts.get(one.identifier)
            case events.CalendarSet(calendar=one):
                known = self.calendars.get(one.identifier)
            case events.UserSet(user=one):
                known = self.users.get(one.identifier)
            case events.MachineSet(machine=one):
                known = self.machines.get(one.identifier)
            case events.StaffSet(profile=one):
                known = self.staff.get(one.identifier)
            case events.FaceSet(staff=staff, sha256=sha256):
                return self.face(staff) == sha256
            case _:
                return False
        return known == one

    def check(self, event: events.BookEvent) -> None:
        """Raises RegisterError when it speaks of what is not there, or takes an address that is somebody else's."""
        match event:
            case events.DeskSet(settings=settings):
                self._check_known("contract", settings.contract, self.contracts)
            case events.CustomerSet(customer=customer):
                self._check_known("contract", customer.contract, self.contracts)
                for domain in customer.domains:
                    self._check_free("domain", domain, self._by_domain.get(domain.lower()), customer.identifier)
            case events.ContractSet(contract=contract):
                self._check_known("customer", contract.customer, self.customers)
                for version in contract.versions[-1:]:
                    self._check_staff(version.contact, version.deputy)
                    for calendar in sorted(version.calendars):
                        self._check_known("calendar", calendar, self.calendars)
            case events.StaffSet(profile=profile):
                self._check_one_kind(profile.identifier, self.users, gone=profile.gone)
            case events.FaceSet(staff=staff):
                self._check_staff(staff)
            case events.UserSet(user=user):
                self._check_user(user)
            case events.MachineSet(machine=machine):
                self._check_known("user", machine.user, self.users)
                self._check_known("customer", machine.customer, self.customers)
            case _:
                pass

    def user_of_mail(self, address: str) -> User | None:
        """Whose mail address it is; somebody who is gone no longer has one."""
        return self._present(self._by_mail.get(address.strip().lower()))

    def user_of_phone(self, number: str) -> User | None:
        """Whose number it is, however it is written."""
        return self._present(self._by_phone.get(dialled(number)))

    def customer_of_mail(self, address: str) -> Customer | None:
        """Whose people write from this domain."""
        return self.customers.get(self._by_domain.get(address.rpartition("@")[2].strip().lower(), ""))

    def whose(self, device: str) -> tuple[User | None, str]:
        """A machine's user, and the customer who pays for it; None and empty: not known (promise 44)."""
        machine = self.machines.get(device)
        if machine is None or machine.gone:
            return None, ""
        user = self._present(machine.user)
        return user, machine.customer or self.customer_of(user)

    def face(self, staff: str) -> str:
        """The hash of somebody's picture, or empty."""
        return self.faces.get(staff, "")

    def speaks_for(self, device: str, ticket: Ticket) -> bool:
        """Whether whoever sits at a machine is a ticket's requester, as far as can be known.

        A machine that was given to somebody else speaks for him alone, never for whoever had it before.
        """
        if not device or device != ticket.device:
            return False
        user, _ = self.whose(device)
        if user is not None and ticket.user:
            return user.identifier == ticket.user
        return not ticket.passed_on

    def requester_of(self, ticket: Ticket) -> str:
        """Who asked, by the name the register has for him; else by the one that he, or his machine's account, gave."""
        if ticket.channel is not Channel.DIRECT:
            return ticket.requester  # as he wrote it, which nobody has checked on a page
        user = self._present(ticket.user)
        if user is None and not ticket.user and self.speaks_for(ticket.device, ticket):
            user, _ = self.whose(ticket.device)
        return user.name if user else ticket.requester

    def machines_of(self, user: str) -> list[Machine]:
        """A user's machines (promise 44)."""
        return [machine for machine in self.machines.values() if machine.user == user and not machine.gone]

    def contract_of(self, customer: str) -> Contract | None:
        """The contract that holds for a customer's tickets: his own, or the desk's usual one."""
        known = self.customers.get(customer)
        return self.contracts.get(known.contract if known and known.contract else self.desk.contract)

    def customer_of(self, user: User | None, machine: Machine | None = None) -> str:
        """Whose ticket it is when this user asks at this machine; empty: nobody's.

        Of a user without one it is the customer whose people write from his address's domain.
        """
        return (user.customer if user else "") or (machine.customer if machine else "") or self._by_domain_of(user)

    def _by_domain_of(self, user: User | None) -> str:
        found = (self.customer_of_mail(mail) for mail in (user.mails if user else ()))
        return next((customer.identifier for customer in found if customer is not None), "")

    # --- inside
    def _copied(self) -> "Register":
        twin = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict):
                setattr(twin, name, value.copy())
        return twin

    @staticmethod
    def _check_known(
        what: str,
        identifier: str,
        known: "dict[str, Customer] | dict[str, Contract] | dict[str, Calendar] | dict[str, User]",
    ) -> None:
        if identifier and identifier not in known:
            raise RegisterError(f"There is no {what} “{identifier}”.")

    def _check_user(self, user: User) -> None:
        self._check_one_kind(user.identifier, self.staff, gone=user.gone)
        self._check_known("customer", user.customer, self.customers)
        self._check_staff(user.contact)
        for index, what, keys in (
            (self._by_mail, "address", map(str.lower, user.mails)),
            (self._by_phone, "number", map(dialled, user.phones)),
        ):
            for key in () if user.gone else keys:
                self._check_free(what, key, index.get(key), user.identifier)

    @staticmethod
    def _check_one_kind(identifier: str, others: "dict[str, User] | dict[str, StaffProfile]", *, gone: bool) -> None:
        """A notice names its reader by it alone: what is for staff must never reach a customer."""
        other = others.get(identifier)
        if not gone and other is not None and not other.gone:
            raise RegisterError(f"“{identifier}” is {other.name} already; choose another identifier.")

    def _check_staff(self, *identifiers: str) -> None:
        for identifier in identifiers:
            profile = self.staff.get(identifier)
            if identifier and (profile is None or profile.gone):
                raise RegisterError(f"Nobody of the staff is “{identifier}”.")

    def _check_free(self, what: str, key: str, whose: str | None, mine: str) -> None:
        if whose in (None, mine):
            return
        if what != "domain" and self._present(whose) is None:
            return
        raise RegisterError(f"The {what} {key} is {whose}'s already.")

    def _set_user(self, user: User) -> None:
        before = self.users.get(user.identifier)
        if before is not None:
            for index, keys in ((self._by_mail, before.mails), (self._by_phone, map(dialled, before.phones))):
                for key in keys:
                    if index.get(key) == user.identifier:
                        del index[key]
        self.users[user.identifier] = user
        if user.gone:
            return
        self._by_mail |= dict.fromkeys((mail.lower() for mail in user.mails), user.identifier)
        self._by_phone |= dict.fromkeys(map(dialled, user.phones), user.identifier)

    def _set_face(self, staff: str, sha256: str) -> None:
        if sha256:
            self.faces[staff] = sha256
        else:
            self.faces.pop(staff, None)

    def _present(self, identifier: str | None) -> User | None:
        user = self.users.get(identifier or "")
        return None if user is None or user.gone else user

    @staticmethod
    def _forget(index: dict[str, str], identifier: str) -> None:
        for key in [key for key, whose in index.items() if whose == identifier]:
            del index[key]


def dialled(number: str) -> str:
    """A phone number as it is compared: digits, with the plus if there is one; 00 is a plus."""
    digits = _NOT_DIALLED.sub("", number)
    return f"+{digits[2:]}" if digits.startswith("00") else digits
