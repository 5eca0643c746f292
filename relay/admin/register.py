"""The register of the support staff: name, title, phone (P45), what was certified and what was revoked.

Guarantees that a serial number once revoked stays so until its certificate has expired, and that list numbers only
grow. Pure apart from load and save in home.py.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from protocol.scopes import Scope
from protocol.trust.organisation import File
from relay.admin.files import AdminError


class Standing(StrEnum):
    """Where somebody stands at a given time."""

    INVITED = "invited"
    LAPSED = "invitation lapsed"
    ACTIVE = "active"
    EXPIRED = "certificate expired"
    REVOKED = "revoked"


class Certified(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One certificate: its serial number in hexadecimal, and its time."""

    serial: str
    issued_at: datetime
    not_after: datetime


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One technician.

    Attributes:
        identifier: For life.
        name: As certified.
        title: As certified.
        phone: As certified.
        scopes: The widest.
        invited_at: When the invitation was made.
        invitation_ends_at: When it lapses.
        certificates: All that were ever issued.
        revoked_at: Since when not trusted any more.
    """

    identifier: str
    name: str
    title: str
    phone: str
    scopes: tuple[Scope, ...]
    invited_at: datetime
    invitation_ends_at: datetime
    certificates: tuple[Certified, ...] = ()
    revoked_at: datetime | None = None

    def standing(self, now: datetime) -> Standing:
        """Where this person stands at `now`."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        if not self.certificates:
            return Standing.INVITED if now <= self.invitation_ends_at else Standing.LAPSED
        return Standing.ACTIVE if now <= max(item.not_after for item in self.certificates) else Standing.EXPIRED


class RevokedCertificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the revocation list, kept until the certificate's own end."""

    serial: str
    not_after: datetime
    who: str
    revoked_at: datetime


class Register(File, frozen=True, forbid_unknown_fields=True):
    """Everything the admin's command remembers.

    Attributes:
        list_number: Of the last revocation list signed.
        people: In the order of their invitations.
        revoked: Certificates on the revocation list.
    """

    MAX_BYTES: ClassVar[int] = 16 * 1024 * 1024

    list_number: int = 0
    people: tuple[Person, ...] = ()
    revoked: tuple[RevokedCertificate, ...] = ()

    def check(self) -> None:
        """See File."""

    def invited(self, person: Person) -> "Register":
        """With one more person."""
        return msgspec.structs.replace(self, people=(*self.people, person))

    def certified(self, identifier: str, certificate: Certified) -> "Register":
        """With one more certificate for a person."""
        person = self.person(identifier)
        changed = msgspec.structs.replace(person, certificates=(*person.certificates, certificate))
        return self._changed(changed)

    def person_revoked(self, identifier: str, now: datetime) -> "Register":
        """Without trust in a person: all certificates that have not expired go on the list."""
        person = self.person(identifier)
        register = self._changed(msgspec.structs.replace(person, revoked_at=now))
        for item in person.certificates:
            register = register.serial_revoked(item.serial, item.not_after, who=person.name, now=now)
        return register

    def serial_revoked(self, serial: str, not_after: datetime, *, who: str, now: datetime) -> "Register":
        """With one more certificate on the list."""
        if now > not_after or any(item.serial == serial for item in self.revoked):
            return self
        return msgspec.structs.replace(self, revoked=(*self.revoked, RevokedCertificate(serial, not_after, who, now)))

    def next_list(self, now: datetime) -> "Register":
        """As it stands when the next list is signed: a higher number, without certificates that have expired."""
        current = tuple(item for item in self.revoked if now <= item.not_after)
        return msgspec.structs.replace(self, list_number=self.list_number + 1, revoked=current)

    def person(self, identifier: str) -> Person:
        """Raises AdminError."""
        for person in self.people:
            if person.identifier == identifier:
                return person
        raise AdminError(f"There is nobody with the identifier {identifier}.")

    def _changed(self, changed: Person) -> "Register":
        people = tuple(changed if person.identifier == changed.identifier else person for person in self.people)
        return msgspec.structs.replace(self, people=people)
