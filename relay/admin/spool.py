"""Changes of the desk's book on their way to a relay that runs: a folder of files, taken in within a second.

    book/<when>-<number>.change     what is to be set     admin writes, relay removes once it is committed
    book/<when>-<number>.refused    why it was not        relay writes instead, admin reads and removes

Guarantees that a change is taken in whole, in the order they were written, and never lost; one that is found again
after a power cut changes nothing more. Blocking; any thread. Distrusts the files: whoever may write them is the
administrator, but a damaged one happens.
"""

import contextlib
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from protocol.desk import events
from protocol.envelope.faces import FaceBytes
from protocol.moment import Moment
from relay.admin import files
from relay.admin.files import AdminError

CHANGE, REFUSED = ".change", ".refused"
MAX_CHANGE_BYTES = 64 * 1024 * 1024
"""Some 100,000 users."""
_MAX_SENTENCE_BYTES = 4096


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is set together, and by whom, as it goes into the history.

    Attributes:
        ticket: to which `happened` happens; 0: to none.
        asked_at: when it was asked for, aware UTC.
        files: what is named in it by hash, and comes with it.
    """

    by: str
    sets: tuple[events.BookEvent, ...] = ()
    ticket: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    happened: tuple[events.RequesterSet | events.LinksRevoked, ...] = ()
    asked_at: Moment | None = None
    files: Annotated[tuple[FaceBytes, ...], msgspec.Meta(max_length=1)] = ()


def encode(change: Change) -> bytes:
    """As a file's content. Raises AdminError for what the desk could not read back."""
    content = msgspec.json.encode(change)
    decode(content)
    return content


def decode(content: bytes) -> Change:
    """The inverse. Raises AdminError."""
    try:
        return msgspec.json.decode(content, type=Change)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise AdminError(f"The desk cannot hold this: {error}.") from error


class Spool:
    """The folder."""

    def __init__(self, path: Path) -> None:
        """It need not be there yet."""
        self.path = path

    def put(self, change: Change) -> Path:
        """Leaves a change for the relay. Raises AdminError, OSError."""
        content = encode(change)
        with contextlib.suppress(FileExistsError):
            files.make_folder(self.path)
        path = self.path / f"{time.time_ns():020}-{secrets.token_hex(4)}{CHANGE}"
        files.write(path, content)
        return path

    def waiting(self) -> Sequence[Path]:
        """Those that wait, the oldest first. Raises OSError."""
        try:
            return sorted(path for path in self.path.iterdir() if path.suffix == CHANGE)
        except FileNotFoundError:
            return ()

    def read(self, path: Path) -> Change:
        """Raises AdminError, OSError."""
        return decode(files.read(path, MAX_CHANGE_BYTES))

    def refuse(self, path: Path, sentence: str) -> None:
        """It cannot be taken in; the sentence is for the admin. Raises OSError."""
        files.write(path.with_suffix(REFUSED), sentence.encode()[:_MAX_SENTENCE_BYTES])
        path.unlink()

    def refusal(self, path: Path) -> str | None:
        """Why it was not taken in, once; None: it was, or waits. Raises OSError."""
        answer = path.with_suffix(REFUSED)
        try:
            sentence = files.read(answer, _MAX_SENTENCE_BYTES).decode(errors="replace")
        except FileNotFoundError:
            return None
        answer.unlink(missing_ok=True)
        return sentence
