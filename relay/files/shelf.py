"""A folder of files named after their SHA-256, two levels deep."""

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from relay.admin import files
from relay.errors import StoreFault

MAX_FILE_BYTES = 25 * 1024 * 1024
"""As much as most mail servers let through; a larger one is left where it is and only its name is kept."""
_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]+\.tmp")
"""What `relay.admin.files.write` leaves behind when it is killed."""
_FAULT = "The server could not keep a file, so nothing was changed; please try again in a little while."


class Shelf:
    """The files of one relay; one for each of its processes, so that nothing is taken away while it is put there."""

    def __init__(self, folder: Path) -> None:
        """Made when the first file comes."""
        self._folder = folder
        self._putting = threading.Lock()

    def put(self, content: bytes) -> str:
        """Keeps bytes; their hash, hexadecimal. The same bytes are kept once, and are as new as when they last came.

        Raises:
            StoreFault: they are not on disk.
            ValueError: more than MAX_FILE_BYTES; whoever took them in should have looked.
        """
        if len(content) > MAX_FILE_BYTES:
            raise ValueError(f"{len(content)} bytes are more than a file may have")
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        try:
            if not self._renewed(path):
                path.parent.mkdir(mode=files.FOLDER_MODE, parents=True, exist_ok=True)
                files.write(path, content)
        except OSError as error:
            raise StoreFault(_FAULT) from error
        return name

    def get(self, name: str) -> bytes | None:
        """The bytes under a hash, or None. Raises StoreFault when they are not what they were."""
        try:
            content = files.read(self._path(name), MAX_FILE_BYTES)
        except FileNotFoundError:
            return None
        except (OSError, files.AdminError) as error:
            raise StoreFault("The server cannot read this file at the moment.") from error
        if hashlib.sha256(content).hexdigest() != name:
            raise StoreFault("This file was changed on the server's disk, so it is not given out.")
        return content

    def part(self, name: str, offset: int, most: int) -> tuple[bytes, int] | None:
        """Bytes from `offset` on, at most `most`, and the size of the whole; None: there is no such file.

        Whoever puts the parts together holds the whole against its name, which is its hash.

        Raises:
            StoreFault: it cannot be read.
        """
        try:
            with self._path(name).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(min(offset, size))
                return file.read(most), size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreFault("The server cannot read this file at the moment.") from error

    def untouched_since(self, moment: datetime) -> Iterator[Path]:
        """Files that last came before, and what was left of writing some. Raises OSError."""
        for path in self._folder.glob("*/*"):
            known = _NAME.fullmatch(path.name) or _UNFINISHED.fullmatch(path.name)
            if known and path.is_file() and _came(path) < moment:
                yield path

    def take_away(self, path: Path, untouched_since: datetime) -> int | None:
        """Removes one of those, unless it came again meanwhile; its size in bytes. Raises OSError."""
        with self._putting:
            if _came(path) >= untouched_since:
                return None
            size = path.stat().st_size
            path.unlink()
            return size

    def _renewed(self, path: Path) -> bool:
        """Whether it is there; then it is as new as if it were written now."""
        with self._putting:
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
            return True

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("a file is called by its SHA-256")
        return self._folder / name[:2] / name


def _came(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
