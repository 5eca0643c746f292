"""Guarantees that a file is written whole, durably and readable by its owner only, or not at all.

Any thread; blocking. Distrusts: the disk (full, read-only, gone).
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows; there two administrators at once have to take turns by themselves
    fcntl = None  # type: ignore[assignment]

FILE_MODE = 0o600
_MAX_PASSPHRASE_FILE_BYTES = 1024
FOLDER_MODE = 0o700


class AdminError(Exception):
    """Wrong use, or a state of the files in which the command cannot go on: one sentence for the admin."""


def read(path: Path, limit: int) -> bytes:
    """The file's content, at most `limit` bytes. Raises AdminError when it is longer, OSError when it is not there."""
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise AdminError(f"{path} is too large to be what it should be.")
    return content


def write(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once: readers see the old or the new file, also after a power cut."""
    temporary = path.with_name(f".{path.name[:64]}.{secrets.token_hex(4)}.tmp")
    try:
        with _created(temporary) as descriptor:
            _write_all(descriptor, content)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """Write `path`, which must not exist yet. Raises AdminError when it does."""
    try:
        with _created(path) as descriptor:
            _write_all(descriptor, content)
    except FileExistsError as error:
        raise AdminError(f"{path} exists already; move it away or choose another name.") from error
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    _sync_folder(path.parent)


@contextlib.contextmanager
def removed_on_failure(path: Path, content: bytes) -> Iterator[None]:
    """Write `path`, which must not exist yet, and take it away again if what belongs to it could not be done."""
    write_new(path, content)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def read_passphrase(path: Path) -> str:
    """The first 1,024 bytes of a file without the line's end. Raises AdminError, one sentence."""
    try:
        with path.open("rb") as opened:
            passphrase = opened.read(_MAX_PASSPHRASE_FILE_BYTES).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AdminError(f"The passphrase file {path} cannot be read.") from error
    if not passphrase:
        raise AdminError(f"The passphrase file {path} is empty.")
    return passphrase


def append(path: Path, line: bytes) -> None:
    """Add one line to `path`, durably. A line half written by a power cut ends with the next one's line feed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    try:
        _write_all(descriptor, b"\n" + line)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """A private folder; its parents must exist."""
    path.mkdir(mode=FOLDER_MODE)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, so that two commands at once do not undo each other's work."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _created(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)


def _sync_folder(path: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
