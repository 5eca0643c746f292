"""A PKCS #10 request as the proof that its sender has a key, and nothing else: its subject is not used.

Pure; any thread. Distrusts: requests.
"""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from protocol.trust import der, profile
from protocol.trust.errors import Distrust, TrustError

_FINGERPRINT_LABEL = b"athand key fingerprint v1\0"


def prove(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A request (DER) signed by `key`."""
    # What gets certified comes from the invitation, beside the token, or from the certificate to be renewed.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "athand")])
    return (
        x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, profile.HASH).public_bytes(Encoding.DER)
    )


def proven_key(csr: bytes) -> ec.EllipticCurvePublicKey:
    """The key that signed `csr`. Raises TrustError."""
    parsed = der.request(csr)
    key = der.p256_key(parsed)
    if not parsed.is_signature_valid:
        raise TrustError(Distrust.BAD_SIGNATURE, "The request does not prove that the key is its sender's.")
    return key


def fingerprint(csr: bytes) -> str:
    """What people compare a request's key by: 64 bits of its hash, `3f9a-77b1-0c2d-9e10`. Raises TrustError."""
    encoded = der.p256_key(der.request(csr)).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    hashed = hashlib.sha256(_FINGERPRINT_LABEL + encoded).hexdigest()
    return "-".join(hashed[start : start + 4] for start in range(0, 16, 4))
