"""Guarantees P-256 everywhere, and that no private key is written unencrypted unless the caller says so.

Pure; any thread. Distrusts: key files, signatures, certificates.
"""

import base64
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from protocol.trust import der
from protocol.trust.errors import Distrust, TrustError

MAX_KEY_BYTES = 4096

# OWASP's password storage recommendation for scrypt with 16 MiB; more memory and openssl would not read it any more.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 5
_AES_KEY_BYTES = 32
_SEQUENCE, _OCTETS, _INTEGER = 0x30, 0x04, 0x02
_PBES2_OID = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_SCRYPT_OID = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_AES256_CBC_OID = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_to_pem(key: ec.EllipticCurvePrivateKey, passphrase: str | None) -> bytes:
    """`key` as PKCS #8 PEM, encrypted; without `passphrase` only where the place is the lock (mode 0600, keyring)."""
    if passphrase is None:
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    text = base64.encodebytes(_encrypted(plain, passphrase.encode()))
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + text + b"-----END ENCRYPTED PRIVATE KEY-----\n"


def _encrypted(plain: bytes, passphrase: bytes) -> bytes:
    """EncryptedPrivateKeyInfo (RFC 5958) by PBES2 (RFC 8018) with scrypt (RFC 7914) and AES-256-CBC.

    Written out here because the library writes PBKDF2 with 2,048 rounds only, too few for a root's passphrase; it
    reads this form, and so does openssl::

        SEQUENCE { SEQUENCE { pbes2, SEQUENCE { SEQUENCE { scrypt, SEQUENCE { salt, N, r, p, key length } },
                                                SEQUENCE { aes256-CBC, iv } } },
                   OCTET STRING ciphertext }
    """
    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    secret = Scrypt(salt=salt, length=_AES_KEY_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(passphrase)
    padder = padding.PKCS7(algorithms.AES256.block_size).padder()
    encryptor = Cipher(algorithms.AES256(secret), modes.CBC(iv)).encryptor()
    ciphertext = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    numbers = b"".join(_integer(number) for number in (_SCRYPT_N, _SCRYPT_R, _SCRYPT_P, _AES_KEY_BYTES))
    stretching = _tlv(_SEQUENCE, _SCRYPT_OID + _tlv(_SEQUENCE, _tlv(_OCTETS, salt) + numbers))
    cipher = _tlv(_SEQUENCE, _AES256_CBC_OID + _tlv(_OCTETS, iv))
    algorithm = _tlv(_SEQUENCE, _PBES2_OID + _tlv(_SEQUENCE, stretching + cipher))
    return _tlv(_SEQUENCE, algorithm + _tlv(_OCTETS, ciphertext))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:  # noqa: PLR2004 - X.690, 8.1.3.4: the short form of a length
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _integer(number: int) -> bytes:
    return _tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


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
