"""Guarantees that bytes from anywhere become an X.509 object with every lazy part parsed, or a TrustError.

Pure; any thread. Distrusts: all bytes. The library parses lazily and lets several kinds of exceptions out
(ValueError, TypeError, UnsupportedAlgorithm, DuplicateExtension, ...); here is the one place where they are caught.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from protocol import limits
from protocol.trust.errors import Distrust, TrustError

MAX_CERTIFICATE_BYTES = 4096
MAX_REQUEST_BYTES = 2048
MAX_LIST_BYTES = limits.REVOCATIONS_BYTES


class _HoldsPublicKey(Protocol):
    def public_key(self) -> object: ...


def certificate(data: bytes) -> x509.Certificate:
    """The certificate in `data` (DER). Raises TrustError."""
    with _parsing("certificate", data, MAX_CERTIFICATE_BYTES):
        parsed = x509.load_der_x509_certificate(data)
        # Touch every lazy part now; later nothing may fail.
        _ = (parsed.subject, parsed.issuer, parsed.extensions, parsed.signature_algorithm_parameters)
        _ = (parsed.public_key(), parsed.not_valid_before_utc, parsed.not_valid_after_utc, parsed.serial_number)
        # The signature is the last element, a BIT STRING of whole octets. The library takes "the last n bits are
        # unused" too if they are zero; then one certificate would have several fingerprints.
        if not data.endswith(b"\0" + parsed.signature):
            raise ValueError("unused bits in the signature")
    return parsed


def request(data: bytes) -> x509.CertificateSigningRequest:
    """The certificate request in `data` (DER); its own signature is not checked here. Raises TrustError."""
    with _parsing("certificate request", data, MAX_REQUEST_BYTES):
        parsed = x509.load_der_x509_csr(data)
        _ = (parsed.subject, parsed.extensions, parsed.public_key(), parsed.signature_algorithm_parameters)
    return parsed


def revocations(data: bytes) -> x509.CertificateRevocationList:
    """The revocation list in `data` (DER); its signature is not checked here. Raises TrustError."""
    with _parsing("revocation list", data, MAX_LIST_BYTES):
        parsed = x509.load_der_x509_crl(data)
        _ = (parsed.issuer, parsed.extensions, parsed.last_update_utc, parsed.next_update_utc)
        _ = [(entry.serial_number, entry.extensions) for entry in parsed]
    return parsed


def p256_key(holder: _HoldsPublicKey) -> ec.EllipticCurvePublicKey:
    """The public key of a certificate or request. Raises TrustError when it is of another kind than P-256."""
    key = holder.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TrustError(Distrust.UNFIT, "The certificate has a key of another kind than it must have.")
    return key


def encode(certificate: x509.Certificate) -> bytes:
    """`certificate` as DER."""
    return certificate.public_bytes(Encoding.DER)


@contextmanager
def _parsing(what: str, data: bytes, limit: int) -> Iterator[None]:
    if len(data) > limit:
        raise TrustError(Distrust.TOO_LARGE, f"The {what} is too large.")
    try:
        with warnings.catch_warnings():
            # What the library merely warns about (a negative serial number, a sloppy encoding) is refused.
            warnings.simplefilter("error")
            yield
    except Exception as error:
        raise TrustError(Distrust.MALFORMED, f"The {what} cannot be read.") from error
