"""An organisation made up for tests: Jana the technician, Mallory of another organisation, a laptop and a desktop.

Real certificates, made by the same functions the admin's commands use.
"""

import dataclasses
from datetime import UTC, datetime, timedelta

from protocol.scopes import Scope
from protocol.trust import (
    Authority,
    Identity,
    Organisation,
    RevocationList,
    Role,
    new_key,
    read_revocations,
    sign_revocations,
)
from protocol.trust.issue import (
    Technician,
    issue_authority,
    issue_device,
    issue_revocation_signer,
    issue_root,
    issue_technician,
)

NOW = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)


@dataclasses.dataclass
class Parties:
    """One organisation with its authorities; everything is valid at `now`."""

    name: str = "Example GmbH"
    relay_url: str = "ws://127.0.0.1:8443"
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.root = issue_root(self.name, now=self.now)
        self.technicians = issue_authority(self.root, Role.TECHNICIAN, now=self.now)
        self.devices = issue_authority(self.root, Role.DEVICE, now=self.now)
        self.signer = issue_revocation_signer(self.root, now=self.now)
        self.organisation = Organisation(name=self.name, relay_url=self.relay_url, root=self.root.certificate)
        self.jana = self.technician("jana", "Jana Nováková")
        self.laptop = self.device("laptop", "Eva's laptop")

    def technician(
        self, identifier: str, name: str, *, authority: Authority | None = None, now: datetime | None = None
    ) -> Identity:
        key = new_key()
        who = Technician(identifier, name, "Support engineer", "+420 123 456", frozenset(Scope))
        return Identity(
            issue_technician(authority or self.technicians, who, key.public_key(), now=now or self.now), key
        )

    def device(
        self, identifier: str, label: str, *, authority: Authority | None = None, now: datetime | None = None
    ) -> Identity:
        key = new_key()
        chain = issue_device(
            authority or self.devices, key.public_key(), identifier=identifier, label=label, now=now or self.now
        )
        return Identity(chain, key)

    def encoded_revocations(self, *serials: int, number: int = 1, age: timedelta = timedelta()) -> bytes:
        return sign_revocations(self.signer, number=number, serials=serials, now=self.now - age)

    def revocations(self, *serials: int, number: int = 1) -> RevocationList:
        encoded = self.encoded_revocations(*serials, number=number)
        return read_revocations(encoded, organisation=self.organisation, now=self.now)


def serial(identity: Identity) -> int:
    """The serial number of an identity's own certificate."""
    from cryptography import x509  # noqa: PLC0415 - one use

    return x509.load_der_x509_certificate(identity.leaf).serial_number
