"""Guarantees that a Party was certified, in its role, by the pinned organisation, now, and is not revoked.

Pure; any thread. Distrusts: the chain (a peer's), and the clock it is given only as far as `now` goes.
The library's path validation decides; the checks before it give the sentence a person can act on, and demand more
(role, subject, one DNS name). A chain passes only if both agree.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from protocol.scopes import Scope
from protocol.trust import der, profile
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.names import Role, clean_phone, clean_text, dns_name, identifier_of
from protocol.trust.organisation import Organisation
from protocol.trust.revocation import RevocationList, check_fresh

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

CHAIN_LENGTH = 2  # leaf and intermediate; the root is pinned and never sent


class Party(msgspec.Struct, frozen=True):
    """Whom a verified certificate speaks of. All texts are clean (see names.clean_text) and may be shown as they are.

    Attributes:
        role: What the certificate may be used as.
        identifier: Stable over renewals.
        name: The person's name, or the device's label.
        title: The person's title; empty for a device.
        phone: The person's phone; empty for a device.
        organisation: As certified.
        scopes: The widest this technician may ask for; empty for a device.
        fingerprint: SHA-256 of the leaf certificate's DER, 32 bytes.
        serial: The leaf's serial number.
        not_after: The leaf's last second.
    """

    role: Role
    identifier: str
    name: str
    title: str
    phone: str
    organisation: str
    scopes: frozenset[Scope]
    fingerprint: bytes
    serial: int
    not_after: datetime


def verify_chain(
    chain: Sequence[bytes], *, organisation: Organisation, role: Role, now: datetime, revocations: RevocationList
) -> Party:
    """Whom `chain` certifies.

    Args:
        chain: DER, leaf first, then the intermediate, without the root.
        organisation: The pinned one.
        role: TECHNICIAN or DEVICE: what the peer must be.
        now: Aware.
        revocations: From read_revocations; refused here too once it is too old.

    Raises:
        TrustError: In every case where there is any doubt.
    """
    check_fresh(revocations, now=now)
    party = verify_issuance(chain, organisation=organisation, role=role, now=now)
    authority = der.certificate(chain[1])
    if revocations.serials & {party.serial, authority.serial_number}:
        raise TrustError(Distrust.REVOKED, "The certificate has been revoked.")
    return party


def verify_issuance(chain: Sequence[bytes], *, organisation: Organisation, role: Role, now: datetime) -> Party:
    """As verify_chain, without revocation: for one's own certificate just received, never for a peer's."""
    if role not in profile.EXTENDED_USAGE:
        raise TrustError(Distrust.WRONG_ROLE, "This role's certificate does not stand for a party.")
    if len(chain) != CHAIN_LENGTH:
        raise TrustError(Distrust.MALFORMED, "The chain does not consist of two certificates.")
    root = organisation.root_certificate()
    leaf, authority = (der.certificate(data) for data in chain)
    _check_issued(leaf, authority, root)
    for certificate in (leaf, authority, root):
        check_dates(certificate, now=now)
    identifier = _check_role(leaf, authority, role)
    _check_path((leaf, authority, root), name=dns_name(identifier, role), role=role, now=now)
    return _party(leaf, role, identifier, organisation)


def check_dates(certificate: x509.Certificate, *, now: datetime) -> None:
    """Raises TrustError unless `now` is within the certificate's validity."""
    if now < certificate.not_valid_before_utc:
        raise TrustError(
            Distrust.NOT_YET_VALID, "The certificate is not valid yet; is this machine's clock (and date) right?"
        )
    if now > certificate.not_valid_after_utc:
        raise TrustError(Distrust.EXPIRED, "The certificate has expired; is this machine's clock (and date) right?")


def _check_issued(leaf: x509.Certificate, authority: x509.Certificate, root: x509.Certificate) -> None:
    for certificate in (leaf, authority, root):
        der.p256_key(certificate)
        profile.check_algorithm(certificate)
    check_issued_by(authority, root)
    check_issued_by(leaf, authority)


def check_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Raises TrustError unless `issuer` signed `certificate` and is named in it."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise TrustError(Distrust.WRONG_ROOT, "The certificate was not issued by this organisation.") from error


def _check_role(leaf: x509.Certificate, authority: x509.Certificate, role: Role) -> str:
    """The leaf's identifier, if both its own name and what its issuer may issue are of `role`."""
    constraint = _extension(authority, x509.NameConstraints)
    if constraint != profile.subtree_constraint(role.subtree):
        raise TrustError(Distrust.WRONG_ROLE, f"The certificate's issuer may not certify a {role.value}.")
    identifier = identifier_of(only_dns_name(leaf), role)
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    if usage != x509.ExtendedKeyUsage([profile.EXTENDED_USAGE[role]]):
        raise TrustError(Distrust.WRONG_ROLE, f"The certificate was not issued to a {role.value}.")
    return identifier


def only_dns_name(certificate: x509.Certificate) -> str:
    """The certificate's one alternative name. Raises TrustError when there are none, several or other kinds."""
    names = list(_extension(certificate, x509.SubjectAlternativeName) or ())
    if len(names) != 1 or not isinstance(names[0], x509.DNSName):
        raise TrustError(Distrust.UNFIT, "The certificate does not have exactly one name.")
    return names[0].value


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _check_path(
    path: tuple[x509.Certificate, x509.Certificate, x509.Certificate], *, name: str, role: Role, now: datetime
) -> None:
    leaf, authority, root = path
    builder = (
        PolicyBuilder()
        .store(Store([root]))
        .time(now)
        .max_chain_depth(1)
        .extension_policies(ca_policy=profile.authority_policy(), ee_policy=profile.leaf_policy())
    )
    try:
        if role is Role.TECHNICIAN:
            builder.build_client_verifier().verify(leaf, [authority])
        else:
            builder.build_server_verifier(x509.DNSName(name)).verify(leaf, [authority])
    except (VerificationError, ValueError, TypeError) as error:
        raise TrustError(Distrust.UNFIT, "The certificate breaks the rules for this organisation's.") from error


def _party(leaf: x509.Certificate, role: Role, identifier: str, organisation: Organisation) -> Party:
    subject = _subject(leaf, role)
    name = _shown(subject[profile.NAME], "name")
    title = phone = ""
    scopes: frozenset[Scope] = frozenset()
    if role is Role.TECHNICIAN:
        title = _shown(subject[NameOID.TITLE], "title")
        phone = clean_phone(subject[profile.TELEPHONE_NUMBER])
        scopes = profile.read_scopes(leaf)
    if subject[NameOID.ORGANIZATION_NAME] != organisation.name:
        raise TrustError(Distrust.WRONG_ROOT, "The certificate names another organisation.")
    if subject[NameOID.COMMON_NAME] != dns_name(identifier, role):
        raise TrustError(Distrust.UNFIT, "The certificate has two different names.")
    return Party(
        role=role,
        identifier=identifier,
        name=name,
        title=title,
        phone=phone,
        organisation=subject[NameOID.ORGANIZATION_NAME],
        scopes=scopes,
        fingerprint=leaf.fingerprint(profile.HASH),
        serial=leaf.serial_number,
        not_after=leaf.not_valid_after_utc,
    )


def _subject(leaf: x509.Certificate, role: Role) -> dict[x509.ObjectIdentifier, str]:
    """The subject's parts: each exactly once, none missing (P45), none besides."""
    parts = list(leaf.subject)
    texts = {part.oid: part.value for part in parts if isinstance(part.value, str)}
    wanted = profile.SUBJECT_ATTRIBUTES[role]
    if not wanted <= texts.keys():
        raise TrustError(Distrust.INCOMPLETE, "The certificate lacks a name, title, phone or organisation.")
    if len(parts) != len(wanted):
        raise TrustError(Distrust.UNFIT, "The certificate says more about its owner than it may.")
    return texts


def _shown(text: str, what: str) -> str:
    if clean_text(text, what) != text:
        raise TrustError(Distrust.MALFORMED, f"The {what} in the certificate may not be shown as it is.")
    return text
