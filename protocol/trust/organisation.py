"""Guarantees that the files people are handed (organisation, bundle, invitation) are read whole and strictly, or not.

Pure; any thread. Distrusts: every file. All are JSON objects with base64 for bytes; unknown fields are refused.
"""

from datetime import datetime
from typing import ClassVar, Self
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from protocol.scopes import Scope
from protocol.trust import der
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.names import Role, clean_phone, clean_text, dns_name

VERSION = 1
MIN_SECRET_CHARACTERS = 32


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all files have in common.

    Attributes:
        MAX_BYTES: Larger ones are refused unread.
    """

    MAX_BYTES: ClassVar[int] = 16 * 1024

    def encode(self) -> bytes:
        """The file's content, JSON in UTF-8 with a line feed at its end."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """Read and check a file's content. Raises TrustError."""
        what = cls.__name__.lower()
        if len(content) > cls.MAX_BYTES:
            raise TrustError(Distrust.TOO_LARGE, f"The {what} file is too large.")
        try:
            decoded = msgspec.json.decode(content, type=cls)
        except (ValueError, RecursionError) as error:
            raise TrustError(
                Distrust.MALFORMED, _mistaken(content) or f"The {what} file is damaged, or not one."
            ) from error
        decoded.check()
        return decoded

    def check(self) -> None:
        """Check what types alone do not say. Raises TrustError."""
        raise NotImplementedError


class Organisation(File, frozen=True, forbid_unknown_fields=True):
    """Who is trusted: pinned in each agent and console by the file they are deployed with.

    Attributes:
        name: The organisation's name, as in its root certificate.
        relay_url: ws:// or wss:// address of the relay.
        root: The root certificate, DER.
        relay_tls_ca: DER of the authority of the relay's own TLS certificate, if it is not a public one.
        version: Of this file's format.
    """

    name: str
    relay_url: str
    root: bytes
    relay_tls_ca: bytes | None = None
    version: int = VERSION

    def check(self) -> None:
        """See File."""
        if self.version != VERSION:
            raise TrustError(Distrust.MALFORMED, "The organisation file is of a version this program does not know.")
        _check_shown(self.name, "organisation's name")
        check_relay_url(self.relay_url)
        root = self.root_certificate()
        if [part.value for part in root.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] != [self.name]:
            raise TrustError(Distrust.WRONG_ROOT, "The organisation file has the root certificate of another.")
        if self.relay_tls_ca is not None:
            der.certificate(self.relay_tls_ca)

    def root_certificate(self) -> x509.Certificate:
        """The root, parsed. Raises TrustError."""
        root = der.certificate(self.root)
        der.p256_key(root)
        return root


class Bundle(File, frozen=True, forbid_unknown_fields=True):
    """The file agents are deployed with.

    Attributes:
        organisation: Who is trusted.
        token: The enrolment secret; the relay holds its hash only.
        expires_at: After this the relay refuses the token; agents already enrolled go on.
    """

    organisation: Organisation
    token: str
    expires_at: datetime

    def check(self) -> None:
        """See File."""
        self.organisation.check()
        _check_secret(self.token)
        _check_aware(self.expires_at)


class Invitation(File, frozen=True, forbid_unknown_fields=True):
    """The file with which one technician enrols, once. Whoever holds it can become that technician: send it privately.

    Attributes:
        organisation: Who is trusted.
        identifier: The technician's, for life.
        name: As it will be certified.
        title: As it will be certified.
        phone: As it will be certified.
        scopes: The widest that the certificate will allow.
        secret: Shared with the admin's record; proves that a request answers this invitation.
        expires_at: After this the admin's command refuses.
    """

    organisation: Organisation
    identifier: str
    name: str
    title: str
    phone: str
    scopes: list[Scope]
    secret: str
    expires_at: datetime

    def check(self) -> None:
        """See File."""
        self.organisation.check()
        dns_name(self.identifier, Role.TECHNICIAN)
        _check_shown(self.name, "name")
        _check_shown(self.title, "title")
        if clean_phone(self.phone) != self.phone:
            raise TrustError(Distrust.MALFORMED, "The phone number is not written as it would be certified.")
        _check_secret(self.secret)
        _check_aware(self.expires_at)


class _Kind(msgspec.Struct):
    token: str = ""
    secret: str = ""


def _mistaken(content: bytes) -> str:
    """Which of the two files it is that people are handed, taken for the other; empty: neither."""
    try:
        kind = msgspec.json.decode(content, type=_Kind)
    except (ValueError, RecursionError):
        return ""
    if kind.secret:
        return "This file is a technician's invitation, for: athand-console --invitation FILE."
    return "This file is a bundle for users' machines, for: athand-agent --bundle FILE." if kind.token else ""


def check_relay_url(url: str) -> None:
    """Raises TrustError unless `url` is a ws:// or wss:// address without user, query and fragment."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        usable = (
            parts.scheme in {"ws", "wss"}
            and bool(parts.hostname)
            and parts.username is None
            and not parts.query
            and not parts.fragment
            and url.isascii()
            and url.isprintable()
            and " " not in url
            and len(url) <= 256  # noqa: PLR2004 - a DNS name's 253 and the scheme; longer is a mistake
        )
    except ValueError:
        usable = False
    if not usable:
        raise TrustError(Distrust.MALFORMED, "The relay's address must look like wss://relay.example.org.")


def _check_shown(text: str, what: str) -> None:
    if clean_text(text, what) != text:
        raise TrustError(Distrust.MALFORMED, f"The {what} is not written as it would be certified.")


def _check_secret(secret: str) -> None:
    if len(secret) < MIN_SECRET_CHARACTERS:
        raise TrustError(Distrust.MALFORMED, "The file's secret is too short to be one.")


def _check_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise TrustError(Distrust.MALFORMED, "The file's date has no time zone.")
