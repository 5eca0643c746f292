"""Marked values, and the search for them in everything that a relay has: its memory, files, log and traffic."""

import dataclasses
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from protocol.session import messages
from protocol.session.messages import KeyChanged, TextTyped

PIXEL_BYTES = 64
"""One canary in the picture: sixteen pixels beside each other."""
PIXELS, TEXTS, KEYS = 400, 300, 300
_PIECE = 16
_FIRST_LETTER_KEY, _LETTER_KEYS = 30, 9


@dataclasses.dataclass(frozen=True)
class Canaries:
    """A thousand values that nobody else has.

    Attributes:
        block: the picture's, as pixels `[rows, width, 4]` without a gap.
        typed: texts, and
        keys: keys down and up again, each with a keysym like no other.
    """

    block: npt.NDArray[np.uint8]
    typed: tuple[TextTyped, ...]
    keys: tuple[KeyChanged, ...]

    @property
    def values(self) -> Mapping[str, bytes]:
        """Name of each → its bytes as they go into the tunnel."""
        flat = self.block.tobytes()
        found = {f"pixels {at}": flat[PIXEL_BYTES * at : PIXEL_BYTES * (at + 1)] for at in range(PIXELS)}
        found |= {f"text {at}": message.text.encode() for at, message in enumerate(self.typed)}
        return found | {f"key {at}": messages.encode(message) for at, message in enumerate(self.keys)}


def make(seed: int, width: int) -> Canaries:
    """Canaries for a screen so many pixels wide."""
    dice = random.Random(seed)
    block = np.frombuffer(dice.randbytes(PIXELS * PIXEL_BYTES), np.uint8).reshape(-1, width, 4)
    typed = tuple(TextTyped(f"{dice.getrandbits(64):016x}") for _ in range(TEXTS))
    codes = [_FIRST_LETTER_KEY + number // 2 % _LETTER_KEYS for number in range(KEYS)]
    keys = tuple(KeyChanged(code, dice.getrandbits(28), number % 2 == 0) for number, code in enumerate(codes))
    return Canaries(block, typed, keys)


class Search:
    """Looks for values in large heaps of bytes: a value counts as found when any of three pieces of it is."""

    def __init__(self, values: Mapping[str, bytes]) -> None:
        pieces = [(value[at : at + _PIECE], name) for name, value in values.items() for at in _places(value)]
        counts = Counter(
            piece for piece, _ in pieces
        )  # what several have alike, such as a message's kind, says nothing
        self._names = {piece: name for piece, name in pieces if counts[piece] == 1}
        heads = np.array([int.from_bytes(piece[:4], "little") for piece in self._names], np.uint32)
        self._heads = np.unique(heads)
        self._low = np.zeros(1 << 16, np.bool_)
        self._low[self._heads & 0xFFFF] = True

    def names_found(self, heaps: Iterable[bytes]) -> set[str]:
        """The names of the values of which something lies in one of the heaps."""
        found: set[str] = set()
        for heap in heaps:
            for at in self._candidates(heap):
                name = self._names.get(heap[at : at + _PIECE])
                if name is not None:
                    found.add(name)
        return found

    def _candidates(self, heap: bytes) -> Iterator[int]:
        """Where the first four bytes of a piece stand: 100 MB in a quarter of a second."""
        for odd in (0, 1) if len(heap) >= _PIECE else ():
            pairs = np.frombuffer(heap, np.uint16, (len(heap) - odd) // 2, odd)
            at = np.flatnonzero(self._low[pairs])
            at = at[at + 1 < pairs.size]
            words = pairs[at].astype(np.uint32) | pairs[at + 1].astype(np.uint32) << 16
            yield from (odd + 2 * int(one) for one in at[np.isin(words, self._heads)])


def _places(value: bytes) -> set[int]:
    return {0, (len(value) - _PIECE) // 2, len(value) - _PIECE}


def memory_of(pid: int) -> list[bytes]:
    """Everything that a process has in its memory and that can be read, by mapping."""
    heaps = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, access, *_ = line.split()
            first, last = (int(one, 16) for one in span.split("-"))
            if not access.startswith("r") or line.endswith(("[vvar]", "[vsyscall]")):
                continue
            try:
                memory.seek(first)
                heaps.append(memory.read(last - first))
            except OSError:
                continue  # it went away meanwhile, or is no memory at all
    return heaps


def files_below(directory: Path) -> list[bytes]:
    """Every file's content: the database with its write-ahead log, keys, the mailbox."""
    return [path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()]
