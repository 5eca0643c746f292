"""Guarantees that a certificate is signed only for who proved an invitation or a token, and the key asked for.

Pure; any thread. Distrusts: requests (anybody can reach the relay), answers (the relay passes them on), labels.

A technician's request carries a MAC under the invitation's secret, which the relay never sees; the admin's command
checks it. A device's request carries the bundle's token; the relay holds its SHA-256 only and signs at once.
Who has a certificate that nears its end asks with that (`protocol.trust.renewal`).
Requests and answers travel as JSON text, told apart by the fields "kind" and "answer".
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from protocol.trust import der, proof
from protocol.trust.errors import Distrust, TrustError
from protocol.trust.issue import Authority, issue_device
from protocol.trust.names import Role, clean_text, dns_name
from protocol.trust.organisation import Bundle, File, Invitation
from protocol.trust.renewal import RenewalRequest, Renewing, is_due

MAX_REQUEST_BYTES = 12 * 1024  # a P-256 request is about 300 bytes; the two certificates of a renewal, up to 8 KiB
MAX_ANSWER_BYTES = 16 * 1024
MAX_TOKENS = 64
# A label for each use of a secret, so that no MAC or hash can be taken for another.
_MAC_LABEL = b"athand enrolment request v1\0"
_TOKEN_LABEL = b"athand enrolment token v1\0"
_DEVICE_LABEL = b"athand device identifier v1\0"
_MAX_SECRET_CHARACTERS = 128


class TechnicianRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="technician"):
    """A technician asks for a certificate.

    Attributes:
        invitation: The invitation's identifier; also the name of the request in the relay's mailbox.
        csr: PKCS #10 DER; only its key is used.
        mac: HMAC-SHA256 under the invitation's secret over the label and the csr.
    """

    invitation: str
    csr: bytes
    mac: bytes


class DeviceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="device"):
    """A device asks for a certificate.

    Attributes:
        token: From the bundle.
        csr: PKCS #10 DER; only its key is used.
        label: What the device is called, for people.
    """

    token: str
    csr: bytes
    label: str


EnrolmentRequest = TechnicianRequest | DeviceRequest | RenewalRequest


class Granted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="answer", tag="granted"):
    """The certificate: DER, leaf first, then the intermediate."""

    chain: tuple[bytes, ...]


class Waiting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="answer", tag="waiting"):
    """The request lies with the administrator; send the same one again later."""


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="answer", tag="refused"):
    """No certificate for this request, ever: the reason for programs and the sentence for people."""

    reason: Distrust
    sentence: str


EnrolmentAnswer = Granted | Waiting | Refused


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bundle's token as the relay knows it: hash, end, and how many devices it may enrol."""

    hash: bytes
    expires_at: datetime
    devices: int


class OpenInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An invitation as the relay knows it: for which identifier it should take a request, and until when."""

    identifier: str
    expires_at: datetime


class Tokens(File, frozen=True, forbid_unknown_fields=True):
    """The relay's tokens.json: written by the admin's command, read by the relay before each enrolment."""

    tokens: tuple[Token, ...] = ()
    invitations: tuple[OpenInvitation, ...] = ()

    def check(self) -> None:
        """See File."""
        moments = [item.expires_at for item in self.tokens]
        moments += [item.expires_at for item in self.invitations]
        if len(moments) > 2 * MAX_TOKENS or any(moment.tzinfo is None for moment in moments):
            raise TrustError(Distrust.MALFORMED, "The tokens file is damaged, or not one.")

    def current(self, now: datetime) -> "Tokens":
        """Without what has expired."""
        return Tokens(
            tuple(token for token in self.tokens if now <= token.expires_at),
            tuple(invitation for invitation in self.invitations if now <= invitation.expires_at),
        )

    def expects(self, request: TechnicianRequest, now: datetime) -> None:
        """Raises TrustError unless there is an open invitation for `request`. The MAC is the admin's to check."""
        if not any(item.identifier == request.invitation for item in self.current(now).invitations):
            raise TrustError(Distrust.UNKNOWN_TOKEN, "This invitation is unknown here, used, or older than a week.")


class DeviceRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device certificate that the relay issued; a line of its devices.jsonl.

    Attributes:
        identifier: The device's, made from its key: the same key gets the same one again.
        label: What the device is called.
        serial: The certificate's serial number in hexadecimal.
        token: The hash of the token it enrolled with.
        issued_at: When.
        not_after: The certificate's end.
        certificate: DER; handed out again when the same key asks again.
    """

    identifier: str
    label: str
    serial: str
    token: bytes
    issued_at: datetime
    not_after: datetime
    certificate: bytes = b""


@dataclass(frozen=True)
class DeviceGrant:
    """What to answer, and the record of the certificate in it."""

    answer: Granted
    record: DeviceRecord


def make_request(invitation: Invitation, key: ec.EllipticCurvePrivateKey) -> TechnicianRequest:
    """What the console sends for `invitation`; the same key again if the first answer was Waiting."""
    csr = proof.prove(key)
    return TechnicianRequest(invitation.identifier, csr, _mac(invitation.secret, csr))


def make_device_request(bundle: Bundle, key: ec.EllipticCurvePrivateKey, label: str) -> DeviceRequest:
    """What the agent sends. Raises TrustError when `label` (the host name, say) may not be certified."""
    return DeviceRequest(bundle.token, proof.prove(key), clean_text(label, "device's name"))


def key_fingerprint(request: TechnicianRequest | RenewalRequest) -> str:
    """What people compare a request's key by; see `proof.fingerprint`. Raises TrustError."""
    return proof.fingerprint(request.csr)


def encode_request(request: EnrolmentRequest) -> bytes:
    """`request` as JSON."""
    return msgspec.json.encode(request)


def decode_request(encoded: bytes) -> EnrolmentRequest:
    """Read a request from anybody. Raises TrustError."""
    if len(encoded) > MAX_REQUEST_BYTES:
        raise TrustError(Distrust.TOO_LARGE, "The request is too large.")
    request: EnrolmentRequest
    try:
        request = msgspec.json.decode(encoded, type=TechnicianRequest | DeviceRequest | RenewalRequest)
    except (ValueError, RecursionError) as error:
        raise TrustError(Distrust.MALFORMED, "The request cannot be read.") from error
    if isinstance(request, TechnicianRequest):
        dns_name(request.invitation, Role.TECHNICIAN)
    return request


def encode_answer(answer: EnrolmentAnswer) -> bytes:
    """`answer` as JSON."""
    return msgspec.json.encode(answer)


def decode_answer(encoded: bytes) -> EnrolmentAnswer:
    """Read the relay's answer; a Granted chain still has to pass Identity.accept. Raises TrustError."""
    if len(encoded) > MAX_ANSWER_BYTES:
        raise TrustError(Distrust.TOO_LARGE, "The answer is too large.")
    try:
        answer: EnrolmentAnswer = msgspec.json.decode(encoded, type=Granted | Waiting | Refused)
    except (ValueError, RecursionError) as error:
        raise TrustError(Distrust.MALFORMED, "The answer cannot be read.") from error
    return answer


def hash_token(token: str) -> bytes:
    """What the relay keeps of a token. Tokens are random, 256 bits: a plain hash cannot be searched."""
    return hashlib.sha256(_TOKEN_LABEL + token.encode()).digest()


def check_request(request: TechnicianRequest, invitation: Invitation, *, now: datetime) -> ec.EllipticCurvePublicKey:
    """The key to certify for `request`, which answers `invitation`. Single use is the caller's to see to.

    Raises:
        TrustError: The invitation has expired, the MAC is wrong, or the request does not prove its key.
    """
    if now > invitation.expires_at:
        raise TrustError(Distrust.EXPIRED_TOKEN, "The invitation has expired.")
    if request.invitation != invitation.identifier:
        raise TrustError(Distrust.UNKNOWN_TOKEN, "The request answers another invitation.")
    if not hmac.compare_digest(request.mac, _mac(invitation.secret, request.csr)):
        raise TrustError(Distrust.BAD_SIGNATURE, "The request was not made with this invitation's file.")
    return proof.proven_key(request.csr)


class DeviceAuthority:
    """Signs devices, and nothing else, for those who bring a token.

    Attributes:
        authority: The device authority's certificate and key.
    """

    def __init__(self, authority: Authority, issued: Iterable[DeviceRecord]) -> None:
        """`issued`: all records so far, for counting what each token was used for."""
        self.authority = authority
        self._devices: dict[bytes, set[str]] = {}
        self._serials: dict[str, set[int]] = {}
        self._newest: dict[str, DeviceRecord] = {}
        for record in issued:
            self._remember(record)

    def issue(
        self,
        request: DeviceRequest,
        *,
        tokens: Tokens,
        now: datetime,
        revoked: frozenset[int] = frozenset(),
        keep: Callable[[DeviceRecord], None] = lambda _: None,
    ) -> DeviceGrant:
        """Certify a device.

        The same key asking again (its answer was lost) gets the same certificate, until that one is due for renewal,
        and costs no further use.

        Args:
            request: From anybody.
            tokens: As the file is now.
            now: Aware.
            revoked: The current revocation list's serials: a key that was revoked is not certified again.
            keep: Puts the record of a new certificate on disk. When it raises, nothing was granted.

        Raises:
            TrustError: The token is unknown, expired or used up; the key is not proven; the label may not be shown.
        """
        token = _find(tokens, request.token)
        if now > token.expires_at:
            raise TrustError(Distrust.EXPIRED_TOKEN, "This bundle's time has run out; ask for a new one.")
        key = proof.proven_key(request.csr)
        identifier = device_identifier(key)
        if revoked & self._serials.get(identifier, set()):
            raise TrustError(Distrust.REVOKED, "This device has been revoked.")
        known = self._still_good(identifier, now)
        if known is not None:
            return known
        used = self._devices.get(token.hash, set())
        if identifier not in used and len(used) >= token.devices:
            raise TrustError(Distrust.SPENT_TOKEN, "This bundle has enrolled as many devices as it may.")
        return self._certify(key, identifier, request.label, token=token.hash, now=now, keep=keep)

    def renew(
        self,
        renewing: Renewing,
        *,
        now: datetime,
        revoked: frozenset[int],
        keep: Callable[[DeviceRecord], None] = lambda _: None,
    ) -> DeviceGrant:
        """Certify a device for as long again, under the name it has; one that was renewed already gets that one.

        Args:
            renewing: From `check_renewal`.
            now: Aware.
            revoked: The current revocation list's serials.
            keep: As in `issue`.

        Raises:
            TrustError: The device was revoked, or its certificate is not of its key's making.
        """
        identifier = device_identifier(renewing.key)
        if identifier != renewing.party.identifier:
            raise TrustError(Distrust.WRONG_KEY, "The certificate names another device than its key.")
        if revoked & self._serials.get(identifier, set()):
            raise TrustError(Distrust.REVOKED, "This device has been revoked.")
        known = self._still_good(identifier, now)
        if known is not None:
            return known
        newest = self._newest.get(identifier)
        token = newest.token if newest else b""
        return self._certify(renewing.key, identifier, renewing.party.name, token=token, now=now, keep=keep)

    def serials(self, identifier: str) -> frozenset[int]:
        """Of every certificate that this device was ever given: if one is revoked, the device is."""
        return frozenset(self._serials.get(identifier, ()))

    def _still_good(self, identifier: str, now: datetime) -> DeviceGrant | None:
        """The certificate that this device has, unless it nears its end.

        Else whoever holds one bundle could fill the revocation list with certificates of a single key.
        """
        known = self._newest.get(identifier)
        if known is None or not known.certificate or is_due(known.certificate, now=now):
            return None
        return DeviceGrant(Granted((known.certificate, self.authority.certificate)), known)

    def _certify(  # noqa: PLR0913 - what a record says
        self,
        key: ec.EllipticCurvePublicKey,
        identifier: str,
        label: str,
        *,
        token: bytes,
        now: datetime,
        keep: Callable[[DeviceRecord], None],
    ) -> DeviceGrant:
        chain = issue_device(self.authority, key, identifier=identifier, label=label, now=now)
        leaf = der.certificate(chain[0])
        record = DeviceRecord(
            identifier=identifier,
            label=clean_text(label, "device's name"),
            serial=f"{leaf.serial_number:x}",
            token=token,
            issued_at=now,
            not_after=leaf.not_valid_after_utc,
            certificate=chain[0],
        )
        keep(record)
        self._remember(record)
        return DeviceGrant(Granted(chain), record)

    def _remember(self, record: DeviceRecord) -> None:
        self._devices.setdefault(record.token, set()).add(record.identifier)
        self._serials.setdefault(record.identifier, set()).add(int(record.serial, 16))
        newest = self._newest.get(record.identifier)
        if newest is None or record.not_after >= newest.not_after:
            self._newest[record.identifier] = record


def device_identifier(key: ec.EllipticCurvePublicKey) -> str:
    """A device's identifier: 128 bits of a hash of its key, in hexadecimal."""
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(_DEVICE_LABEL + encoded).hexdigest()[:32]


def _find(tokens: Tokens, token: str) -> Token:
    if len(token) <= _MAX_SECRET_CHARACTERS and token.isascii():
        hashed = hash_token(token)
        for known in tokens.tokens:
            if hmac.compare_digest(known.hash, hashed):
                return known
    raise TrustError(Distrust.UNKNOWN_TOKEN, "This bundle's token is unknown here.")


def _mac(secret: str, csr: bytes) -> bytes:
    return hmac.new(secret.encode(), _MAC_LABEL + csr, hashlib.sha256).digest()
