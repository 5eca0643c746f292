"""What the console keeps on disk: who it is (no keys), what waits, the last revocations' number, notes to be written.

Guarantees: each file is replaced whole or not at all, and readable by its owner only. Lives on the network thread;
the notes' file alone belongs to the main thread.
Distrusts the files: a damaged one gives `StateDamaged`.
"""

import os
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from console.errors import StateDamaged
from protocol.trust import Organisation, TrustError

_log = structlog.get_logger()

_T = TypeVar("_T")
_PROFILE, _PENDING, _REVOCATIONS = "technician.json", "enrolment.json", "revocations.number"
_NOTES = "notes.json"
_MAX_NOTES = 50
"""More than anybody will still remember; beyond it the oldest is forgotten."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A technician who was approved.

    Attributes:
        organisation: the organisation's file, as it came with the invitation.
        identifier: the technician's.
        chain: the certificates, DER.
    """

    organisation: bytes
    identifier: str
    chain: tuple[bytes, ...]


class Pending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request that waits for the administrator.

    Attributes:
        invitation: the file, whole.
        request: as it was sent; it is sent again to the byte.
    """

    invitation: bytes
    request: bytes


class MissingNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A session whose technician has not yet said what was done.

    Attributes:
        session: the session's identifier.
        ticket: its ticket's number.
    """

    session: str
    ticket: int


class StateDirectory:
    """The directory, made if it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last_revocations = 0

    def profile(self) -> Profile | None:
        """Who this is, or None before the first approval."""
        return self._read(_PROFILE, Profile)

    def keep_profile(self, profile: Profile) -> None:
        """From now on this is who it is; what waited is done."""
        self._write(_PROFILE, msgspec.json.encode(profile))
        self._remove(_PENDING)

    def pending(self) -> Pending | None:
        """The request that waits, if any."""
        return self._read(_PENDING, Pending)

    def keep_pending(self, pending: Pending) -> None:
        """A request was made. The invitation's secret is in it until it is granted or refused."""
        self._write(_PENDING, msgspec.json.encode(pending))

    def drop_pending(self) -> None:
        """It was refused."""
        self._remove(_PENDING)

    def last_revocations(self) -> int:
        """The greatest number of a list of revocations ever seen; 0 before the first."""
        try:
            return max(self._last_revocations, int((self._path / _REVOCATIONS).read_text("ascii")))
        except FileNotFoundError:
            return self._last_revocations
        except (OSError, ValueError) as error:
            raise StateDamaged(f"The file {self._path / _REVOCATIONS} cannot be read.") from error

    def keep_last_revocations(self, number: int) -> None:
        """A newer list was seen; an older one will not be believed any more.

        With a full disk that holds until the program ends, and help goes on: it is logged, not raised.
        """
        if number <= self.last_revocations():
            return
        self._last_revocations = number
        try:
            self._write(_REVOCATIONS, str(number).encode())
        except StateDamaged as error:
            _log.warning("revocations_not_kept", why=str(error))

    def missing_notes(self) -> tuple[MissingNote, ...]:
        """What has still to be written, oldest first."""
        return self._read(_NOTES, tuple[MissingNote, ...]) or ()

    def keep_missing_note(self, note: MissingNote) -> None:
        """A session has begun that a note is to be written about."""
        notes = (*(known for known in self.missing_notes() if known.session != note.session), note)
        self._write(_NOTES, msgspec.json.encode(notes[-_MAX_NOTES:]))

    def drop_missing_note(self, session: str) -> None:
        """It was written, or is not going to be."""
        notes = self.missing_notes()
        left = tuple(known for known in notes if known.session != session)
        if left != notes:
            self._write(_NOTES, msgspec.json.encode(left))

    def _read(self, name: str, kind: type[_T]) -> _T | None:
        path = self._path / name
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, ValueError) as error:
            raise StateDamaged(f"The file {path} is damaged; remove it and open your invitation again.") from error

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._path, prefix=f".{name}.")  # mkstemp makes it 0600
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path / name)
        except OSError as error:
            raise StateDamaged(f"Nothing can be kept in {self._path}: {error.strerror}.") from error

    def _remove(self, name: str) -> None:
        (self._path / name).unlink(missing_ok=True)


def read_organisation(profile: Profile) -> Organisation:
    """The profile's organisation. Raises StateDamaged."""
    try:
        return Organisation.decode(profile.organisation)
    except TrustError as error:
        raise StateDamaged(str(error)) from error
