"""What both ends agree on about files that come with a ticket: sizes, harmless names, which kinds are shown. Pure.

Guarantees that a name made here is one plain part of a path, on whatever system, and that nothing is called whole that
is not, byte for byte, what its hash says. Distrusts name, kind and bytes.
"""

import hashlib

from protocol.trust.names import one_line

MAX_SENT_BYTES = 10 * 1024 * 1024
"""Of a file that is sent from a window; screenshots and documents are smaller, and the desk's mail takes more."""
MAX_KEPT_BYTES = 25 * 1024 * 1024
"""Of a file that is fetched: what came by mail may be so large."""
NAME_CHARS = 255
_SAVED_BYTES = 160
"""Of a name on a disk: most file systems take 255 bytes, and a number may have to be added."""
PICTURES = frozenset({"png", "jpg", "jpeg"})
"""Shown before they are saved: two formats with decoders that half the world feeds with strangers' pictures."""
OPENED = PICTURES | {"pdf", "txt", "log", "csv", "gif", "webp"}
"""Opened from a window, on request, once saved: kinds that are read, not run. Others are shown in their folder."""
_FORBIDDEN = frozenset('\\/:*?"<>|%$`~')
"""What some system's file names or shells give a meaning."""
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})
"""What is no file on Windows, whatever follows it."""


class FileBroken(Exception):  # noqa: N818 - what happened
    """The parts make no file that was promised; the sentence says why."""


def ending(name: str) -> str:
    """The kind of a file by its name, in small letters; empty: none."""
    return name.rpartition(".")[2].lower() if "." in name[1:] else ""


def safe_name(name: str) -> str:
    """A name for saving: the last part of whatever path it says, without hidden, turning or meaningful characters."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2])
    kept = "".join("_" if char in _FORBIDDEN or ord(char) < ord(" ") else char for char in last)
    kept = kept.strip(" .-_") or "file"
    kind = ending(kept)
    stem = kept.removesuffix(kept[len(kept) - len(kind) - 1 :]) if kind else kept
    if stem.lower().split(".")[0] in _DEVICES:
        stem = f"file {stem}"
    room = _SAVED_BYTES - len(kind.encode()) - 1
    short = stem.encode()[: max(16, room)].decode(errors="ignore").rstrip(" .") or "file"
    return f"{short}.{kept[len(kept) - len(kind) :]}" if kind and room > 0 else short


def numbered(name: str, number: int) -> str:
    """Another name for the same, where this one is taken: ``report (2).pdf``."""
    kind = ending(name)
    stem = name[: len(name) - len(kind) - 1] if kind else name
    return f"{stem} ({number}).{name[len(name) - len(kind) :]}" if kind else f"{stem} ({number})"


class Arriving:
    """A file whose parts come in order.

    Attributes:
        size_bytes: the whole, as it was promised.
    """

    def __init__(self, sha256: str, size_bytes: int) -> None:
        """Raises FileBroken when it is larger than anything that is kept."""
        if not 0 <= size_bytes <= MAX_KEPT_BYTES:
            raise FileBroken("it is larger than any file that is kept")
        self._sha256, self.size_bytes = sha256, size_bytes
        self._data = bytearray()

    @property
    def offset(self) -> int:
        """Where the next part begins."""
        return len(self._data)

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return len(self._data) >= self.size_bytes

    def take(self, offset: int, data: bytes) -> None:
        """The next part. Raises FileBroken when it is none."""
        if offset != len(self._data) or len(data) > self.size_bytes - offset or not (data or self.whole):
            raise FileBroken("a part is missing")
        self._data += data

    def content(self) -> bytes:
        """All of it. Raises FileBroken when it is not what its hash says."""
        content = bytes(self._data)
        if hashlib.sha256(content).hexdigest() != self._sha256:
            raise FileBroken("it is not what was sent")
        return content
