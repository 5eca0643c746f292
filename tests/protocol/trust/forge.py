"""Makes certificates that are real in all but one respect; the forger holds whichever key the case is about."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from protocol.scopes import Scope
from protocol.trust import Authority, Role, new_key
from protocol.trust.der import certificate, encode
from protocol.trust.profile import AUTHORITY_USAGE, LEAF_USAGE, NAME, TELEPHONE_NUMBER, scopes_extension
from tests.parties import NOW

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Digest = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
Extension = tuple[x509.ExtensionType, bool]
Part = tuple[x509.ObjectIdentifier, str]

SUBJECT: tuple[Part, ...] = (
    (NameOID.ORGANIZATION_NAME, "Example GmbH"),
    (NameOID.COMMON_NAME, "jana.technician.athand.internal"),
    (NAME, "Jana Nováková"),
    (NameOID.TITLE, "Support engineer"),
    (TELEPHONE_NUMBER, "+420 123 456"),
)
END_ENTITY = x509.BasicConstraints(ca=False, path_length=None)
ALL_SCOPES = scopes_extension(frozenset(Scope))
PHONELESS = tuple(part for part in SUBJECT if part[0] != TELEPHONE_NUMBER)
TITLELESS = tuple(part for part in SUBJECT if part[0] != NameOID.TITLE)
NAMELESS = tuple(part for part in SUBJECT if part[0] != NAME)


def with_part(oid: x509.ObjectIdentifier, text: str) -> tuple[Part, ...]:
    return tuple((oid, text) if part[0] == oid else part for part in SUBJECT)


@dataclasses.dataclass(frozen=True)
class Leaf:
    """A technician's certificate; as it stands it is a good one."""

    subject: Sequence[Part] = SUBJECT
    names: Sequence[x509.GeneralName] | None = (x509.DNSName("jana.technician.athand.internal"),)
    usage: x509.KeyUsage | None = LEAF_USAGE
    extended: Sequence[x509.ObjectIdentifier] | None = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    constraints: x509.BasicConstraints | None = END_ENTITY
    scopes: x509.UnrecognizedExtension | None = ALL_SCOPES
    more: Sequence[Extension] = ()
    begin: datetime = NOW - timedelta(hours=1)
    end: datetime = NOW + timedelta(days=90)
    key: Key | None = None
    digest: type[Digest] = hashes.SHA256

    def signed(self, issuer: Authority, *, signing_key: Key | None = None) -> bytes:
        key = self.key or new_key()
        extensions: list[Extension] = [
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False),
            *self.more,
        ]
        if self.constraints is not None:
            extensions.append((self.constraints, True))
        if self.usage is not None:
            extensions.append((self.usage, True))
        if self.names is not None:
            extensions.append((x509.SubjectAlternativeName(self.names), False))
        if self.extended is not None:
            extensions.append((x509.ExtendedKeyUsage(self.extended), False))
        if self.scopes is not None:
            extensions.append((self.scopes, False))
        return _signed(self.subject, key, extensions, (self.begin, self.end), issuer, signing_key, self.digest())


def intermediate(
    issuer: Authority,
    *,
    constraint: x509.NameConstraints | None,
    path_length: int | None = 0,
    critical: bool = True,
    ca: bool = True,
    usage: x509.KeyUsage = AUTHORITY_USAGE,
    end: datetime = NOW + timedelta(days=3650),
) -> Authority:
    """An authority under `issuer`, right or wrong as asked."""
    key = new_key()
    basic = x509.BasicConstraints(ca=ca, path_length=path_length if ca else None)
    extensions: list[Extension] = [
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False),
        (basic, True),
        (usage, True),
    ]
    if constraint is not None:
        extensions.append((constraint, critical))
    subject = ((NameOID.ORGANIZATION_NAME, "Example GmbH"), (NameOID.COMMON_NAME, "athand technicians"))
    der = _signed(subject, key, extensions, (NOW - timedelta(hours=1), end), issuer, None, hashes.SHA256())
    return Authority(der, key)


def impostor(real: Authority) -> Authority:
    """The real authority's certificate in all fields, self-signed by another key."""
    key = new_key()
    original = certificate(real.certificate)
    builder = (
        x509.CertificateBuilder()
        .subject_name(original.subject)
        .issuer_name(original.issuer)
        .public_key(key.public_key())
        .serial_number(original.serial_number)
        .not_valid_before(original.not_valid_before_utc)
        .not_valid_after(original.not_valid_after_utc)
    )
    for extension in original.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return Authority(encode(builder.sign(key, hashes.SHA256())), key)


def device_subject(identifier: str) -> tuple[Part, ...]:
    return (
        (NameOID.ORGANIZATION_NAME, "Example GmbH"),
        (NameOID.COMMON_NAME, f"{identifier}.{Role.DEVICE.subtree}"),
        (NAME, "Eva's laptop"),
    )


def _signed(  # noqa: PLR0917 - inner function, one caller each
    subject: Sequence[Part],
    key: Key,
    extensions: Sequence[Extension],
    validity: tuple[datetime, datetime],
    issuer: Authority,
    signing_key: Key | None,
    digest: Digest,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, text) for oid, text in subject]))
        .issuer_name(certificate(issuer.certificate).subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return encode(builder.sign(signing_key or issuer.key, digest))
