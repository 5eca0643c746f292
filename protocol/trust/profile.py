"""What our certificates look like; read by both the issuing and the verifying side, so that they cannot drift apart.

Pure; any thread. Distrusts: certificates.

    root                 O, CN                                CA, pathlen 1, only athand.internal
     ├── technicians     O, CN                                CA, pathlen 0, only technician.athand.internal
     │    └── leaf       O, CN, name, title, telephoneNumber  clientAuth, <id>.technician.athand.internal, scopes
     ├── devices         O, CN                                CA, pathlen 0, only device.athand.internal
     │    └── leaf       O, CN, name                          serverAuth, <id>.device.athand.internal
     └── revocation      O, CN                                cRLSign, signer.revocation.athand.internal

"Only" is a critical name constraint; a leaf's DNS name is its one subject alternative name.
All keys P-256, all signatures ECDSA with SHA-256. The CN is the DNS name; the person's name stands in the attribute
`name` (X.520, 2.5.4.41), because a CN ends after 64 bytes and a name in Thai or Tamil does not.
"""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy

from protocol.scopes import Scope
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.names import Role

NAME = x509.ObjectIdentifier("2.5.4.41")
TELEPHONE_NUMBER = x509.ObjectIdentifier("2.5.4.20")

# Own arc from a random UUID (X.667): nobody else's extension has this number.
SCOPES = x509.ObjectIdentifier("2.25.76594706173553665746849644796730865195")
_DER_UTF8_STRING = 0x0C
_DER_SHORT_LENGTHS = 0x80

SUBJECT_ATTRIBUTES = {
    Role.TECHNICIAN: frozenset({NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME, NAME, NameOID.TITLE, TELEPHONE_NUMBER}),
    Role.DEVICE: frozenset({NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME, NAME}),
    Role.REVOCATION: frozenset({NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME}),
}
EXTENDED_USAGE = {Role.TECHNICIAN: ExtendedKeyUsageOID.CLIENT_AUTH, Role.DEVICE: ExtendedKeyUsageOID.SERVER_AUTH}

ROOT_LIFETIME = timedelta(days=20 * 365)
AUTHORITY_LIFETIME = timedelta(days=10 * 365)
TECHNICIAN_LIFETIME = timedelta(days=90)
DEVICE_LIFETIME = timedelta(days=365)
# A certificate is renewed once less than this share of its life is left: what Let's Encrypt advises for ACME clients
# (https://letsencrypt.org/docs/integration-guide/, "when certificates have a third of their total lifetime left").
RENEWED_WITH_LEFT = 1 / 3
# New certificates are dated back by this much, so that a device whose clock is a little slow can use its own.
BACKDATED = timedelta(hours=1)

_CRITICAL = Criticality.CRITICAL
_PLAIN = Criticality.NON_CRITICAL


def key_usage(*, digital_signature: bool = False, cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    """A KeyUsage with just these bits."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


LEAF_USAGE = key_usage(digital_signature=True)
AUTHORITY_USAGE = key_usage(cert_sign=True)
REVOCATION_USAGE = key_usage(crl_sign=True)


def subtree_constraint(subtree: str) -> x509.NameConstraints:
    """Only DNS names below `subtree`."""
    return x509.NameConstraints(permitted_subtrees=[x509.DNSName(subtree)], excluded_subtrees=None)


def scopes_extension(scopes: frozenset[Scope]) -> x509.UnrecognizedExtension:
    """`scopes` as our extension: a DER UTF8String of the words, sorted, with single spaces between."""
    words = " ".join(sorted(scopes)).encode()
    if len(words) >= _DER_SHORT_LENGTHS:
        raise TrustError(Distrust.TOO_LARGE, "The certificate cannot hold so many scopes.")
    return x509.UnrecognizedExtension(SCOPES, bytes((_DER_UTF8_STRING, len(words))) + words)


def read_scopes(certificate: x509.Certificate) -> frozenset[Scope]:
    """The widest scopes a technician's certificate allows. Words this program does not know allow nothing.

    Raises:
        TrustError: The extension is missing or damaged.
    """
    try:
        extension = certificate.extensions.get_extension_for_oid(SCOPES).value
    except x509.ExtensionNotFound as error:
        raise TrustError(Distrust.INCOMPLETE, "The certificate does not say what it allows.") from error
    value = extension.value if isinstance(extension, x509.UnrecognizedExtension) else b""
    if len(value) < 2 or value[0] != _DER_UTF8_STRING or value[1] >= _DER_SHORT_LENGTHS or value[1] != len(value) - 2:  # noqa: PLR2004 - tag and length, one byte each
        raise TrustError(Distrust.MALFORMED, "The certificate's list of scopes is damaged.")
    known = {scope.value.encode(): scope for scope in Scope}
    return frozenset(known[word] for word in value[2:].split(b" ") if word in known)


def authority_policy() -> ExtensionPolicy:
    """What root and intermediates must carry: the web's rules, and a critical name constraint; verify.py says which."""
    return ExtensionPolicy.webpki_defaults_ca().require_present(x509.NameConstraints, _CRITICAL, None)


def leaf_policy() -> ExtensionPolicy:
    """What technicians' and devices' certificates must carry: the web's rules, tightened."""
    return (
        ExtensionPolicy.webpki_defaults_ee()
        .require_present(x509.BasicConstraints, _CRITICAL, _check_end_entity)
        .require_present(x509.KeyUsage, _CRITICAL, _check_leaf_usage)
    )


def revocation_policy() -> ExtensionPolicy:
    """What the revocation signer's certificate must carry. It is no TLS certificate, so not the web's rules."""
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, _CRITICAL, _check_end_entity)
        .require_present(x509.KeyUsage, _CRITICAL, _check_revocation_usage)
        .require_present(x509.SubjectAlternativeName, _PLAIN, None)
        .require_not_present(x509.ExtendedKeyUsage)
    )


def check_algorithm(certificate: x509.Certificate) -> None:
    """Raises TrustError unless signed by ECDSA with SHA-256."""
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise TrustError(Distrust.UNFIT, "The certificate is signed in a way that is not accepted here.")


HASH = hashes.SHA256()


# The library turns a ValueError in these into its own VerificationError.
def _check_end_entity(_policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if constraints.ca:
        raise ValueError("an authority where a leaf belongs")


def _check_leaf_usage(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if usage != LEAF_USAGE:
        raise ValueError("key usage of a leaf")


def _check_revocation_usage(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage) -> None:
    if usage != REVOCATION_USAGE:
        raise ValueError("key usage of a revocation signer")
