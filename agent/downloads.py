"""Files on this computer's disk: read to be sent, and saved where the user looks for what he fetched. Any thread.

Guarantees: what is saved lies in one folder under a name of its own, readable by its owner alone, never executable, and
nothing that was there is overwritten. Distrusts the name.
"""

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from protocol.files import MAX_SENT_BYTES, numbered, safe_name

_TRIES = 999


class TooLarge(Exception):  # noqa: N818 - what it is
    """More than is sent from a window."""


def folder() -> Path:
    """Where this user's programs save what they fetch."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))


def save(name: str, content: bytes, into: Path) -> Path:
    """Where it lies now. Raises OSError."""
    into.mkdir(parents=True, exist_ok=True)
    safe = safe_name(name)
    for number in range(1, _TRIES):
        path = into / (safe if number == 1 else numbered(safe, number))
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return path
    raise FileExistsError(f"{safe} and {_TRIES} more of that name are there already")


def read(path: Path) -> bytes:
    """All of a file that is to be sent. Raises OSError, TooLarge."""
    with path.open("rb") as file:
        content = file.read(MAX_SENT_BYTES + 1)
    if len(content) > MAX_SENT_BYTES:
        raise TooLarge
    return content
