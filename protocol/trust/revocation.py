"""Guarantees that a revocation list is the organisation's, at most a day old, and never older than one seen before.

Pure; any thread. Distrusts: the list (the relay hands it out, and could withhold or replay it).

A list travels as msgpack: {"version": 1, "signer": DER of the revocation signer's certificate, "crl": DER of an X.509
CRL}. The CRL is indirect in effect (its signer issued none of the certificates); serial numbers are random, 159 bits,
and so name a certificate within the organisation by themselves.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from protocol import limits
from protocol.trust import der, profile
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.issue import Authority
from protocol.trust.names import Role, identifier_of
from protocol.trust.organisation import Organisation

MAX_AGE = timedelta(seconds=limits.REVOCATIONS_MAX_AGE_S)
# How far the signing machine's clock may be ahead of ours.
MAX_SKEW = timedelta(seconds=limits.CLOCK_SKEW_S)
# 39 bytes each; the list travels as base64 in one message of the relay's (limits.REPLY_BYTES), at each sign-in. A
# certificate that has expired leaves the list, so this is how many may be revoked within a device's year.
MAX_SERIALS = 16_000
MAX_ENCODED_BYTES = limits.REVOCATIONS_BYTES
_MAX_NUMBER = 2**63


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    signer: bytes
    crl: bytes


class RevocationList(msgspec.Struct, frozen=True):
    """A list that read_revocations has checked.

    Attributes:
        number: Grows with each list.
        issued_at: When it was signed.
        serials: The revoked certificates' serial numbers.
        encoded: The list as it travels.
    """

    number: int
    issued_at: datetime
    serials: frozenset[int]
    encoded: bytes


def sign_revocations(signer: Authority, *, number: int, serials: Iterable[int], now: datetime) -> bytes:
    """A new list, encoded.

    Args:
        signer: From issue_revocation_signer.
        number: Greater than that of every list before.
        serials: Of all revoked certificates that have not expired yet, at most MAX_SERIALS.
        now: Aware; the list's date.

    Raises:
        TrustError: Too many certificates for one list.
    """
    certificate = der.certificate(signer.certificate)
    issued_at = now.replace(microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(issued_at)
        .next_update(issued_at + MAX_AGE)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
    )
    wanted = sorted(set(serials))
    if len(wanted) > MAX_SERIALS:
        raise TrustError(
            Distrust.TOO_LARGE,
            f"A revocation list holds at most {MAX_SERIALS:,} certificates, and there are {len(wanted):,}.",
        )
    for serial in wanted:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(issued_at).build()
        builder = builder.add_revoked_certificate(entry)
    crl = builder.sign(signer.key, profile.HASH).public_bytes(Encoding.DER)
    return msgspec.msgpack.encode(_Signed(1, signer.certificate, crl))


def read_revocations(
    encoded: bytes, *, organisation: Organisation, now: datetime, last_number: int = 0
) -> RevocationList:
    """Check a list that came from the relay.

    Args:
        encoded: As it travelled.
        organisation: The pinned one.
        now: Aware.
        last_number: The greatest number seen before; the caller keeps it across restarts.

    Raises:
        TrustError: Bad signature, older than 24 h, from the future, or the number went down.
    """
    if len(encoded) > MAX_ENCODED_BYTES:
        raise TrustError(Distrust.TOO_LARGE, "The revocation list is too large.")
    try:
        signed = msgspec.msgpack.decode(encoded, type=_Signed)
    except (ValueError, RecursionError) as error:
        raise TrustError(Distrust.MALFORMED, "The revocation list cannot be read.") from error
    if signed.version != 1:
        raise TrustError(Distrust.MALFORMED, "The revocation list is of a version this program does not know.")
    crl = der.revocations(signed.crl)
    _check_signer(signed.signer, crl, organisation=organisation, now=now)
    number = _number(crl)
    revocations = RevocationList(
        number=number,
        issued_at=crl.last_update_utc,
        serials=frozenset(entry.serial_number for entry in crl),
        encoded=encoded,
    )
    check_fresh(revocations, now=now)
    if number < last_number:
        raise TrustError(
            Distrust.ROLLED_BACK_REVOCATIONS, "The relay handed out an older revocation list than it did before."
        )
    return revocations


def check_fresh(revocations: RevocationList, *, now: datetime) -> None:
    """Raises TrustError unless the list is at most a day old, and not from the future."""
    if now - revocations.issued_at > MAX_AGE:
        raise TrustError(
            Distrust.STALE_REVOCATIONS,
            "The list of revoked certificates is more than a day old; the administrator has to refresh it.",
        )
    if revocations.issued_at - now > MAX_SKEW:
        raise TrustError(
            Distrust.FUTURE_REVOCATIONS,
            "The list of revoked certificates is from the future; is this machine's clock (and date) right?",
        )


def _check_signer(
    signer: bytes, crl: x509.CertificateRevocationList, *, organisation: Organisation, now: datetime
) -> None:
    """Check that the root lets `signer` sign lists now, and that it signed this one."""
    root, certificate = organisation.root_certificate(), der.certificate(signer)
    key = der.p256_key(certificate)
    builder = (
        PolicyBuilder()
        .store(Store([root]))
        .time(now)
        .max_chain_depth(0)
        .extension_policies(ca_policy=profile.authority_policy(), ee_policy=profile.revocation_policy())
    )
    try:
        subjects = builder.build_client_verifier().verify(certificate, []).subjects or []
    except (VerificationError, ValueError, TypeError) as error:
        raise TrustError(
            Distrust.BAD_SIGNATURE, "The revocation list is not signed by this organisation, or the clock is wrong."
        ) from error
    names = [subject.value for subject in subjects if isinstance(subject, x509.DNSName)]
    if len(subjects) != 1 or len(names) != 1:
        raise TrustError(Distrust.WRONG_ROLE, "The revocation list's signer may not sign one.")
    identifier_of(names[0], Role.REVOCATION)
    organisations = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if [part.value for part in organisations] != [organisation.name] or crl.issuer != certificate.subject:
        raise TrustError(Distrust.WRONG_ROOT, "The revocation list is another organisation's.")
    if crl.signature_algorithm_oid != certificate.signature_algorithm_oid or not crl.is_signature_valid(key):
        raise TrustError(Distrust.BAD_SIGNATURE, "The revocation list's signature is wrong.")


def _number(crl: x509.CertificateRevocationList) -> int:
    try:
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound as error:
        raise TrustError(Distrust.MALFORMED, "The revocation list has no number.") from error
    if not 0 < number < _MAX_NUMBER:
        raise TrustError(Distrust.MALFORMED, "The revocation list's number is out of bounds.")
    return number
