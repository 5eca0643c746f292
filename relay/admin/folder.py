"""What the relay is run with, as files: the only place where admin and relay meet.

    organisation.json      who is trusted                       admin writes, relay reads
    device-ca.crt, .key    signs devices; the key encrypted     admin writes, relay reads
    revocations.crl        the signed list                      admin writes, relay reads
    tokens.json            hashes of bundles' tokens, open invitations; admin writes, relay reads
    devices.jsonl          certificates the relay issued        relay appends, admin reads
    book/                  changes of the desk's book; see `relay.admin.spool`
    web.key                signs the links to the desk's pages; see `relay.web.links`        whoever needs it first
    enrolment/<id>.<key>.request       a technician's request, first or renewal; relay writes, either removes
    enrolment/<id>.<key>.certificate   its answer               admin writes, relay reads
    enrolment/<id>.<key>.refused       the other answer         admin writes, relay reads

<key> is the key's fingerprint: who opens an invitation second does not push the first one's request out.
Each file has one writer. Guarantees: an answer is on disk before it is sent. Blocking: the relay calls it in a
thread, one call at a time. Distrusts: requests.
"""

from datetime import datetime
from pathlib import Path
from typing import TypeGuard

import msgspec

from protocol import limits
from protocol.trust import (
    Authority,
    DeviceAuthority,
    DeviceRecord,
    Distrust,
    EnrolmentAnswer,
    EnrolmentRequest,
    Granted,
    Organisation,
    Refused,
    RenewalRequest,
    Role,
    TechnicianRequest,
    Tokens,
    TrustError,
    Waiting,
    check_renewal,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
    key_from_pem,
    read_revocations,
)
from protocol.trust.enrolment import key_fingerprint
from protocol.trust.renewal import applicant
from relay.admin import files

Filed = TechnicianRequest | RenewalRequest
"""What lies in the mailbox for the admin: a technician's first request, or one for the next certificate."""
MAX_KEYS = 4
"""Requests that wait for one invitation: hers, and enough to show that somebody else has opened it, too."""
_TOO_MANY_KEYS = "This invitation was opened on too many computers; ask your administrator for a new one."
_OPENED_TWICE = "This invitation was opened on another computer, too; ask your administrator for a new one."
_MAX_FILE_BYTES = 256 * 1024
_MAX_DEVICES_BYTES = 256 * 1024 * 1024  # some 1,500 bytes each


class RelayFolder:
    """One relay's folder.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.organisation_file = path / "organisation.json"
        self.device_certificate_file = path / "device-ca.crt"
        self.device_key_file = path / "device-ca.key"
        self.revocations_file = path / "revocations.crl"
        self.tokens_file = path / "tokens.json"
        self.devices_file = path / "devices.jsonl"
        self.mailbox = path / "enrolment"
        self.book = path / "book"
        self.web_key_file = path / "web.key"

    def organisation(self) -> Organisation:
        """Raises TrustError, AdminError, OSError."""
        return Organisation.decode(files.read(self.organisation_file, _MAX_FILE_BYTES))

    def revocations(self) -> bytes:
        """The list as it travels, unchecked. Raises AdminError, OSError."""
        return files.read(self.revocations_file, limits.REVOCATIONS_BYTES)

    def tokens(self) -> Tokens:
        """Raises TrustError, AdminError, OSError."""
        return Tokens.decode(files.read(self.tokens_file, _MAX_FILE_BYTES))

    def devices(self) -> list[DeviceRecord]:
        """All device certificates issued here. A line that a power cut left half written is passed over."""
        try:
            content = files.read(self.devices_file, _MAX_DEVICES_BYTES)
        except FileNotFoundError:
            return []
        decoder = msgspec.json.Decoder(DeviceRecord)
        records = []
        for line in content.splitlines():
            try:
                records.append(decoder.decode(line))
            except msgspec.DecodeError:
                continue
        return records

    def device_authority(self, passphrase: str) -> DeviceAuthority:
        """Raises TrustError (WRONG_PASSPHRASE among others), AdminError, OSError."""
        key = key_from_pem(files.read(self.device_key_file, _MAX_FILE_BYTES), passphrase)
        certificate = files.read(self.device_certificate_file, _MAX_FILE_BYTES)
        return DeviceAuthority(Authority(certificate, key), self.devices())

    def enrol(self, request: EnrolmentRequest, authority: DeviceAuthority, *, now: datetime) -> EnrolmentAnswer:
        """What to answer to a request. Raises OSError when the disk fails; then nothing was granted."""
        try:
            if isinstance(request, TechnicianRequest):
                return self._file(request, now)
            organisation = self.organisation()
            revoked = read_revocations(self.revocations(), organisation=organisation, now=now).serials
            if isinstance(request, RenewalRequest):
                renewing = check_renewal(request, organisation=organisation, now=now, revoked=revoked)
                if renewing.party.role is Role.DEVICE:
                    return authority.renew(renewing, now=now, revoked=revoked, keep=self._keep).answer
                return self._file(request, now)
            tokens = self.tokens()
            return authority.issue(request, tokens=tokens, now=now, revoked=revoked, keep=self._keep).answer
        except TrustError as error:
            return Refused(error.reason, str(error))

    def _keep(self, record: DeviceRecord) -> None:
        files.append(self.devices_file, msgspec.json.encode(record))

    def _file(self, request: Filed, now: datetime) -> EnrolmentAnswer:
        """The admin's answer if there is one; else keep the request for the admin, one for each key.

        What was filed waits for that answer also when the invitation is closed: on another machine than the admin's,
        tokens.json may arrive before the certificate.
        """
        answer = self._answered(request)
        if answer is not None:
            self._path(request, "request").unlink(missing_ok=True)
            return answer
        if not self.is_filed(request):
            if isinstance(request, TechnicianRequest):
                self.tokens().expects(request, now)
            if len(list(self.mailbox.glob(f"{identifier_of(request)}.*.request"))) >= MAX_KEYS:
                return Refused(Distrust.SPENT_TOKEN, _TOO_MANY_KEYS)
            files.write(self._path(request, "request"), encode_request(request))
        return Waiting()

    def _answered(self, request: Filed) -> EnrolmentAnswer | None:
        for kind in ("certificate", "refused"):
            try:
                answer = decode_answer(files.read(self._path(request, kind), _MAX_FILE_BYTES))
            except FileNotFoundError:
                continue
            if isinstance(request, RenewalRequest) and isinstance(answer, Granted) and answer.chain == request.chain:
                continue  # the one that is to be renewed
            return answer
        if isinstance(request, TechnicianRequest) and any(self.mailbox.glob(f"{request.invitation}.*.certificate")):
            return Refused(Distrust.SPENT_TOKEN, _OPENED_TWICE)
        return None

    def _path(self, request: Filed, kind: str) -> Path:
        """Where a request or its answer lies. Raises TrustError when its key or certificate cannot be read."""
        return self.mailbox / f"{identifier_of(request)}.{key_fingerprint(request)}.{kind}"

    def is_filed(self, request: Filed) -> bool:
        """Whether this key's request lies in the mailbox. Raises TrustError when the key cannot be read."""
        return self._path(request, "request").exists()

    def waiting(self) -> list[Filed]:
        """The requests the admin has not answered, in no order. Files that are none are passed over."""
        found = []
        for path in sorted(self.mailbox.glob("*.request")):
            try:
                request = decode_request(files.read(path, _MAX_FILE_BYTES))
                if (
                    isinstance(request, TechnicianRequest | RenewalRequest)
                    and self._path(request, "request") == path
                    and self._answered(request) is None
                ):
                    found.append(request)
            except (TrustError, files.AdminError):
                continue
        return found

    def granted(self) -> list[tuple[bytes, ...]]:
        """The certificates the admin put in the mailbox, unchecked, in no order. Others are passed over."""
        found = []
        for path in sorted(self.mailbox.glob("*.certificate")):
            try:
                answer = decode_answer(files.read(path, _MAX_FILE_BYTES))
            except (TrustError, files.AdminError):
                continue
            if isinstance(answer, Granted):
                found.append(answer.chain)
        return found

    def grant(self, request: Filed, chain: tuple[bytes, ...]) -> None:
        """Put a certificate in the mailbox and take the request out; other keys' consoles hear that they are late."""
        files.write(self._path(request, "certificate"), encode_answer(Granted(chain)))
        self.discard(request)

    def refuse(self, request: Filed, reason: Distrust, sentence: str) -> None:
        """Put a refusal in the mailbox and take the request out."""
        files.write(self._path(request, "refused"), encode_answer(Refused(reason, sentence)))
        self.discard(request)

    def discard(self, request: Filed) -> None:
        """Take a request out of the mailbox."""
        self._path(request, "request").unlink(missing_ok=True)


def identifier_of(request: Filed) -> str:
    """Whose request it is, as it claims. Raises TrustError."""
    return request.invitation if isinstance(request, TechnicianRequest) else applicant(request)[1]


def is_for_admin(request: EnrolmentRequest) -> TypeGuard[Filed]:
    """Whether a person signs what is asked for. Raises TrustError when that cannot be read."""
    if isinstance(request, RenewalRequest):
        return applicant(request)[0] is Role.TECHNICIAN
    return isinstance(request, TechnicianRequest)
