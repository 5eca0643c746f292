"""Guarantees that what is issued here verifies with `protocol.trust.verify` and in OpenSSL, or is not issued.

Pure; any thread. Distrusts: names and certificate requests.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from protocol.scopes import Scope
from protocol.trust import der, profile
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.keys import new_key
from protocol.trust.names import DOMAIN, Role, clean_phone, clean_text, dns_name

_AUTHORITY_NAMES = {Role.TECHNICIAN: "technicians", Role.DEVICE: "devices"}
REVOCATION_IDENTIFIER = "signer"


@dataclass(frozen=True)
class Authority:
    """Whoever may sign certificates or lists: root, technician authority, device authority, revocation signer.

    Attributes:
        certificate: Its own, DER.
        key: Its private key.
    """

    certificate: bytes
    key: ec.EllipticCurvePrivateKey

    def __post_init__(self) -> None:
        """Refuse a key that is not the certificate's (a mix-up of files)."""
        if der.p256_key(der.certificate(self.certificate)) != self.key.public_key():
            raise TrustError(Distrust.WRONG_KEY, "The key file does not belong to the certificate beside it.")


@dataclass(frozen=True)
class Technician:
    """What a technician's certificate says; all three of name, title and phone are mandatory (P45)."""

    identifier: str
    name: str
    title: str
    phone: str
    scopes: frozenset[Scope]


def issue_root(organisation: str, *, now: datetime) -> Authority:
    """A new organisation root for `organisation`, valid 20 years."""
    name = _name(clean_text(organisation, "organisation's name"), "athand organisation root")
    key = new_key()
    builder = _begin(name, key.public_key(), now=now, lifetime=profile.ROOT_LIFETIME).issuer_name(name)
    builder = _authority(builder, path_length=1, subtree=DOMAIN)
    return Authority(der.encode(builder.sign(key, profile.HASH)), key)


def issue_authority(root: Authority, role: Role, *, now: datetime) -> Authority:
    """A new authority for technicians or devices under `root`, valid 10 years."""
    if role not in _AUTHORITY_NAMES:
        raise TrustError(Distrust.WRONG_ROLE, f"There is no authority for the role {role.value}.")
    key = new_key()
    name = _name(_organisation(root), f"athand {_AUTHORITY_NAMES[role]}")
    builder = _begin(name, key.public_key(), now=now, lifetime=profile.AUTHORITY_LIFETIME)
    builder = _authority(builder, path_length=0, subtree=role.subtree)
    return Authority(_sign(builder, root), key)


def issue_revocation_signer(root: Authority, *, now: datetime) -> Authority:
    """The one whom `root` lets sign revocation lists, valid 10 years."""
    key = new_key()
    common = dns_name(REVOCATION_IDENTIFIER, Role.REVOCATION)
    builder = _begin(_name(_organisation(root), common), key.public_key(), now=now, lifetime=profile.AUTHORITY_LIFETIME)
    builder = _leaf(builder, common, profile.REVOCATION_USAGE)
    return Authority(_sign(builder, root), key)


def issue_technician(
    authority: Authority,
    technician: Technician,
    public_key: ec.EllipticCurvePublicKey,
    *,
    now: datetime,
    lifetime: timedelta = profile.TECHNICIAN_LIFETIME,
) -> tuple[bytes, ...]:
    """A technician's chain (DER, leaf first). Raises TrustError for names that may not be certified."""
    common = dns_name(technician.identifier, Role.TECHNICIAN)
    subject = _name(
        _organisation(authority),
        common,
        (profile.NAME, clean_text(technician.name, "name")),
        (NameOID.TITLE, clean_text(technician.title, "title")),
        (profile.TELEPHONE_NUMBER, clean_phone(technician.phone)),
    )
    builder = _leaf(_begin(subject, public_key, now=now, lifetime=lifetime), common, profile.LEAF_USAGE)
    builder = _extended(builder, Role.TECHNICIAN)
    builder = builder.add_extension(profile.scopes_extension(technician.scopes), critical=False)
    return (_sign(builder, authority), authority.certificate)


def issue_device(
    authority: Authority,
    public_key: ec.EllipticCurvePublicKey,
    *,
    identifier: str,
    label: str,
    now: datetime,
) -> tuple[bytes, ...]:
    """A device's chain (DER, leaf first). Raises TrustError for a label that may not be certified."""
    common = dns_name(identifier, Role.DEVICE)
    subject = _name(_organisation(authority), common, (profile.NAME, clean_text(label, "device's name")))
    builder = _leaf(_begin(subject, public_key, now=now, lifetime=profile.DEVICE_LIFETIME), common, profile.LEAF_USAGE)
    return (_sign(_extended(builder, Role.DEVICE), authority), authority.certificate)


def _name(organisation: str, common: str, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    attributes = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common), *more)
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])


def _organisation(issuer: Authority) -> str:
    values = der.certificate(issuer.certificate).subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(values[0].value)


def _begin(
    subject: x509.Name, public_key: ec.EllipticCurvePublicKey, *, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    if not isinstance(public_key.curve, ec.SECP256R1):
        raise TrustError(Distrust.UNFIT, "Only P-256 keys are certified.")
    start = now.replace(microsecond=0)  # X.509 knows whole seconds only
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())  # 159 bits: names the certificate within the organisation
        .not_valid_before(start - profile.BACKDATED)
        .not_valid_after(start + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _authority(builder: x509.CertificateBuilder, *, path_length: int, subtree: str) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(profile.AUTHORITY_USAGE, critical=True)
        .add_extension(profile.subtree_constraint(subtree), critical=True)
    )


def _leaf(builder: x509.CertificateBuilder, common: str, usage: x509.KeyUsage) -> x509.CertificateBuilder:
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(common)]), critical=False)
    )


def _extended(builder: x509.CertificateBuilder, role: Role) -> x509.CertificateBuilder:
    return builder.add_extension(x509.ExtendedKeyUsage([profile.EXTENDED_USAGE[role]]), critical=False)


def _sign(builder: x509.CertificateBuilder, issuer: Authority) -> bytes:
    parent = der.certificate(issuer.certificate)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    signed = builder.issuer_name(parent.subject).add_extension(identifier, critical=False)
    return der.encode(signed.sign(issuer.key, profile.HASH))
