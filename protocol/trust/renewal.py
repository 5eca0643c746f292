"""How a certificate is followed by the next one: the same party, the same key, before (or, by hand, after) its end.

Pure; any thread. Distrusts: requests (anybody can reach the relay).

The request carries the certificate there is and a proof of its key. It gives nobody anything new: who replays it gets
a certificate whose key he does not have.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from protocol.trust import der, profile, proof
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.identity import Identity
from protocol.trust.names import Role, identifier_of
from protocol.trust.organisation import Organisation
from protocol.trust.verify import Party, only_dns_name, verify_issuance


class RenewalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="renewal"):
    """A technician or a device asks for the next certificate.

    Attributes:
        chain: The certificate it has: DER, leaf first, then the intermediate.
        csr: PKCS #10 DER, of the same key; only its signature is used.
    """

    chain: tuple[bytes, ...]
    csr: bytes


@dataclass(frozen=True)
class Renewing:
    """Who asks, as certified, and the key that was proven."""

    party: Party
    key: ec.EllipticCurvePublicKey


def make_renewal(identity: Identity) -> RenewalRequest:
    """What is sent for `identity`."""
    return RenewalRequest(identity.chain, proof.prove(identity.key))


def is_due(leaf: bytes, *, now: datetime) -> bool:
    """Whether less than `profile.RENEWED_WITH_LEFT` of the certificate's life is left at `now`. Raises TrustError."""
    certificate = der.certificate(leaf)
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return certificate.not_valid_after_utc - now < life * profile.RENEWED_WITH_LEFT


def applicant(request: RenewalRequest) -> tuple[Role, str]:
    """Whose certificate it claims to renew: role and identifier, not yet verified. Raises TrustError."""
    if not request.chain:
        raise TrustError(Distrust.MALFORMED, "The request has no certificate.")
    name = only_dns_name(der.certificate(request.chain[0]))
    for role in profile.EXTENDED_USAGE:
        try:
            return role, identifier_of(name, role)
        except TrustError:
            continue
    raise TrustError(Distrust.WRONG_ROLE, "This role's certificate does not stand for a party.")


def check_renewal(
    request: RenewalRequest, *, organisation: Organisation, now: datetime, revoked: frozenset[int] = frozenset()
) -> Renewing:
    """Who asks.

    A technician's certificate may have ended: a person signs the next one, and looks the technician up in the register.
    A device's may not, since the list of revocations forgets certificates that have ended.

    Args:
        request: From anybody.
        organisation: The pinned one.
        now: Aware.
        revoked: The current revocation list's serials.

    Raises:
        TrustError: The certificate is not the organisation's, has ended or was revoked, or the request does not prove
            its key.
    """
    role, _ = applicant(request)
    at = now
    if role is Role.TECHNICIAN:
        at = min(now, der.certificate(request.chain[0]).not_valid_after_utc)
    party = verify_issuance(request.chain, organisation=organisation, role=role, now=at)
    if revoked & {party.serial, der.certificate(request.chain[1]).serial_number}:
        raise TrustError(Distrust.REVOKED, "The certificate has been revoked.")
    key = proof.proven_key(request.csr)
    if key != der.p256_key(der.certificate(request.chain[0])):
        raise TrustError(Distrust.WRONG_KEY, "The request proves another key than its certificate's.")
    return Renewing(party, key)
