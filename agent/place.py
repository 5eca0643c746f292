"""Where the agent keeps what must outlive it. Guarantees: a file is there whole, in its old or its new form, or not.

Any thread, one at a time. Everything is the user's alone (0700, 0600): the device's key lies here. Distrusts the disk:
it may be full, and a file may be damaged.
"""

import os
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from agent.errors import PlaceError
from agent.words import _

MAX_FILE_BYTES = 16 * 1024 * 1024
"""Far above anything that is kept here; a larger file is not ours."""

T = TypeVar("T")

_log = structlog.get_logger()


class Place:
    """A directory of small files."""

    def __init__(self, directory: Path) -> None:
        """Makes the directory if need be. Raises PlaceError."""
        self.directory = directory
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.chmod(0o700)
        except OSError as error:
            raise PlaceError(_("The folder for requests cannot be used: {why}").format(why=error.strerror)) from error

    def read(self, name: str) -> bytes | None:
        """A file's content, or None when there is none. Raises PlaceError."""
        try:
            with (self.directory / name).open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlaceError(_("What was stored before cannot be read: {why}").format(why=error.strerror)) from error
        if len(content) > MAX_FILE_BYTES:
            raise PlaceError(_("What was stored before cannot be read: {why}").format(why=_("the file is too large")))
        return content

    def read_as(self, name: str, kind: type[T]) -> T | None:
        """A JSON file as `kind`; None when there is none, or it was damaged and is set aside. Raises PlaceError."""
        content = self.read(name)
        if content is None:
            return None
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.set_aside(name)
            return None

    def write(self, name: str, content: bytes) -> None:
        """Stores a file; when this returns it survives a power cut. Raises PlaceError, and then the old one stands."""
        path = self.directory / name
        draft = path.with_name(f"{name}.new")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            self._sync_directory()
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise PlaceError(_("It could not be stored on this computer: {why}").format(why=error.strerror)) from error

    def remove(self, name: str) -> None:
        """Forgets a file, if it is there. Raises PlaceError."""
        try:
            (self.directory / name).unlink(missing_ok=True)
            self._sync_directory()
        except OSError as error:
            raise PlaceError(_("It could not be stored on this computer: {why}").format(why=error.strerror)) from error

    def set_aside(self, name: str) -> None:
        """Keeps a damaged file under another name, for whoever wants to look at it, and out of the way."""
        _log.error("stored file is damaged", file=name)
        try:
            (self.directory / name).replace(self.directory / f"{name}.damaged")
        except OSError as error:
            _log.error("and cannot be set aside", file=name, why=error.strerror)

    def _sync_directory(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
