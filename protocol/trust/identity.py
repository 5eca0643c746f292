"""Guarantees that an Identity's key is its certificate's.

Pure; any thread. Distrusts: stored bytes, and the certificate that came over the relay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from protocol.trust import der, keys
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.names import Role
from protocol.trust.organisation import Organisation
from protocol.trust.verify import CHAIN_LENGTH, verify_issuance

_MAX_STORED_BYTES = 16 * 1024


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    chain: tuple[bytes, ...]
    key: str


@dataclass(frozen=True)
class Identity:
    """One's own certificate and key.

    Attributes:
        chain: DER, leaf first, then the intermediate, without the root.
        key: The leaf's private key.
    """

    chain: tuple[bytes, ...]
    key: ec.EllipticCurvePrivateKey

    def __post_init__(self) -> None:
        """Refuse a key that is not the leaf's."""
        if len(self.chain) != CHAIN_LENGTH:
            raise TrustError(Distrust.MALFORMED, "The chain does not consist of two certificates.")
        if der.p256_key(der.certificate(self.leaf)) != self.key.public_key():
            raise TrustError(Distrust.WRONG_KEY, "The certificate is for another key than this machine's.")

    @classmethod
    def accept(
        cls,
        chain: Sequence[bytes],
        key: ec.EllipticCurvePrivateKey,
        *,
        organisation: Organisation,
        role: Role,
        now: datetime,
    ) -> Self:
        """One's identity from a certificate just granted. Raises TrustError when it is not what was asked for."""
        verify_issuance(chain, organisation=organisation, role=role, now=now)
        return cls(tuple(chain), key)

    @property
    def leaf(self) -> bytes:
        """The leaf certificate, DER."""
        return self.chain[0]

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 with SHA-256 over `data`, DER."""
        return keys.sign(self.key, data)

    def private_bytes(self, passphrase: str | None = None) -> bytes:
        """Everything, to be kept (ASCII JSON); without passphrase only where the place itself is the lock."""
        key = keys.key_to_pem(self.key, passphrase).decode()
        return msgspec.json.encode(_Stored(1, self.chain, key))

    @classmethod
    def from_private_bytes(cls, stored: bytes, passphrase: str | None = None) -> Self:
        """The inverse of private_bytes. Raises TrustError."""
        if len(stored) > _MAX_STORED_BYTES:
            raise TrustError(Distrust.TOO_LARGE, "The stored identity is too large to be one.")
        try:
            decoded = msgspec.json.decode(stored, type=_Stored)
        except (ValueError, RecursionError) as error:
            raise TrustError(Distrust.MALFORMED, "The stored identity is damaged.") from error
        if decoded.version != 1:
            raise TrustError(Distrust.MALFORMED, "The stored identity is of a version this program does not know.")
        return cls(decoded.chain, keys.key_from_pem(decoded.key.encode(), passphrase))
