"""Guarantees P-256 everywhere, and that no private key is written unencrypted unless the caller says so.

Pure; any thread. Distrusts: key files, signatures, certificates.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from protocol.trust import der
from protocol.trust.errors import Distrust, TrustError

MAX_KEY_BYTES = 4096


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_to_pem(key: ec.EllipticCurvePrivateKey, passphrase: str | None) -> bytes:
    """`key` as PKCS #8 PEM, encrypted; without `passphrase` only where the place is the lock (mode 0600, keyring)."""
    encryption: serialization.KeySerializationEncryption = (
        serialization.NoEncryption()
        if passphrase is None
        else serialization.BestAvailableEncryption(passphrase.encode())
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def key_from_pem(pem: bytes, passphrase: str | None) -> ec.EllipticCurvePrivateKey:
    """The inverse of `key_to_pem`. Raises TrustError (WRONG_PASSPHRASE, MALFORMED)."""
    if len(pem) > MAX_KEY_BYTES:
        raise TrustError(Distrust.TOO_LARGE, "The key file is too large to be one.")
    if (b"ENCRYPTED" in pem) != (passphrase is not None):
        raise TrustError(Distrust.WRONG_PASSPHRASE, "The key file is not encrypted the way it should be.")
    try:
        key = serialization.load_pem_private_key(pem, None if passphrase is None else passphrase.encode())
    except Exception as error:
        # The library cannot always tell a wrong passphrase from a damaged file.
        if passphrase is not None:
            raise TrustError(Distrust.WRONG_PASSPHRASE, "The passphrase is wrong, or the key file damaged.") from error
        raise TrustError(Distrust.MALFORMED, "The key file is damaged.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise TrustError(Distrust.UNFIT, "The key file has a key of another kind.")
    return key


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ECDSA over P-256 with SHA-256, DER, at most 72 bytes."""
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def verify_signature(leaf_der: bytes, signature: bytes, data: bytes) -> None:
    """Check that the holder of `leaf_der`'s key signed `data`. Says nothing about whether the certificate is trusted.

    Raises:
        TrustError: BAD_SIGNATURE, or MALFORMED for what is no certificate of ours.
    """
    key = der.p256_key(der.certificate(leaf_der))
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise TrustError(Distrust.BAD_SIGNATURE, "The signature is not by the certificate's owner.") from error
