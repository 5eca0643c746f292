"""What this computer belongs to: the organisation it trusts, and its certificate or the bundle it will get one with.

Guarantees: a key is on disk before anybody hears of it, and is never asked for twice. On the main thread at start, on
the network thread later; never both. Distrusts every file.
"""

import dataclasses
import socket
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from agent.errors import EnrolmentError
from agent.place import Place
from agent.words import _
from protocol import limits
from protocol.trust import Bundle, Identity, Organisation, Role, TrustError, key_from_pem, key_to_pem, new_key
from protocol.trust.der import certificate

_ORGANISATION, _BUNDLE, _KEY, _IDENTITY = "organisation.json", "bundle.json", "device.key", "identity.json"


@dataclasses.dataclass(frozen=True, slots=True)
class Applicant:
    """Has a bundle and a key, but no certificate yet."""

    bundle: Bundle
    key: ec.EllipticCurvePrivateKey

    @property
    def organisation(self) -> Organisation:
        """Whom it will trust."""
        return self.bundle.organisation


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """Belongs to the organisation, with a certificate."""

    organisation: Organisation
    identity: Identity


Standing = Applicant | Member


def load(place: Place) -> Standing | None:
    """What was stored, or None on a computer that was never given a bundle.

    Raises:
        EnrolmentError: the files are damaged.
        PlaceError: they cannot be read.
    """
    organisation, identity = place.read(_ORGANISATION), place.read(_IDENTITY)
    bundle, key = place.read(_BUNDLE), place.read(_KEY)
    try:
        if organisation is not None and identity is not None:
            return Member(Organisation.decode(organisation), Identity.from_private_bytes(identity))
        if bundle is not None and key is not None:
            return Applicant(Bundle.decode(bundle), key_from_pem(key, None))
    except TrustError as error:
        raise EnrolmentError(
            _("The certificate stored on this computer cannot be used any more. Please call your help desk."),
            final=True,
        ) from error
    return None


def apply(place: Place, bundle: Bundle, standing: Standing | None, now: datetime) -> Standing:
    """What this computer is after it was given `bundle`: nothing changes for a member of the same organisation.

    One whose certificate has ended, after a year in a drawer, asks for a new one with the key it has.

    Raises:
        EnrolmentError: it belongs to another organisation.
        PlaceError: the key cannot be stored.
    """
    if standing is not None and standing.organisation.root != bundle.organisation.root:
        raise EnrolmentError(
            _("This computer already belongs to {organisation}.").format(organisation=standing.organisation.name),
            final=True,
        )
    if isinstance(standing, Member) and now <= certificate(standing.identity.leaf).not_valid_after_utc:
        place.write(_ORGANISATION, bundle.organisation.encode())
        return Member(bundle.organisation, standing.identity)
    key = standing.identity.key if isinstance(standing, Member) else standing.key if standing else new_key()
    applicant = Applicant(bundle, key)
    place.write(_KEY, key_to_pem(applicant.key, None))
    place.write(_BUNDLE, bundle.encode())
    place.remove(_IDENTITY)
    return applicant


def reached_at(standing: Standing, relay_url: str) -> Standing:
    """The same, with the relay at another address.

    Raises:
        TrustError: it is no address of a relay.
    """
    organisation = msgspec.structs.replace(standing.organisation, relay_url=relay_url)
    organisation.check()
    if isinstance(standing, Member):
        return Member(organisation, standing.identity)
    return Applicant(msgspec.structs.replace(standing.bundle, organisation=organisation), standing.key)


def accept(place: Place, applicant: Applicant, chain: tuple[bytes, ...], now: datetime) -> Member:
    """Stores the certificate that was granted; the bundle's secret is forgotten.

    Raises:
        TrustError: it is not the one asked for.
        PlaceError: it cannot be stored.
    """
    organisation = applicant.organisation
    identity = Identity.accept(chain, applicant.key, organisation=organisation, role=Role.DEVICE, now=now)
    place.write(_ORGANISATION, organisation.encode())
    place.write(_IDENTITY, identity.private_bytes())
    place.remove(_BUNDLE)
    place.remove(_KEY)
    return Member(organisation, identity)


def renewed(place: Place, member: Member, chain: tuple[bytes, ...], now: datetime) -> Member:
    """Stores the certificate that follows the one `member` has.

    Raises:
        TrustError: it is not for this device and its key.
        PlaceError: it cannot be stored.
    """
    organisation, key = member.organisation, member.identity.key
    identity = Identity.accept(chain, key, organisation=organisation, role=Role.DEVICE, now=now)
    place.write(_IDENTITY, identity.private_bytes())
    return Member(organisation, identity)


def device_label() -> str:
    """What this computer is called: the first part of its host name."""
    return socket.gethostname().split(".")[0][: limits.NAME_CHARS] or "computer"
