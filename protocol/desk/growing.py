"""A map that only grows, and of which each stand stays as it was. Pure; for one thread.

Guarantees: `grown` takes the same time however much is in it, so that a fold over n events takes n steps and not n².
Stands share one dict; each knows how much of it is its own, by the order in which keys came.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Generic, Self, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Growing(Mapping[K, V], Generic[K, V]):
    """As it stood; `grown` gives the next one."""

    __slots__ = ("_count", "_shared")

    def __init__(self, shared: dict[K, tuple[int, V]] | None = None) -> None:
        """Empty; `shared` is for `grown`: all that is in it."""
        self._shared: dict[K, tuple[int, V]] = {} if shared is None else shared
        self._count = len(self._shared)

    def grown(self, key: K, value: V) -> Self:
        """With one more; itself if the key is in it already."""
        if key in self:
            return self
        shared = self._shared
        if not self._count or len(shared) != self._count:  # another one has grown from this: each has its own from here
            shared = dict(islice(shared.items(), self._count))
        shared[key] = (self._count, value)
        return type(self)(shared)

    def __getitem__(self, key: K) -> V:
        """Raises KeyError, also for what came later."""
        at, value = self._shared[key]
        if at >= self._count:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[K]:
        """In the order they came."""
        return islice(self._shared, self._count)

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def __repr__(self) -> str:
        """As a dict."""
        return f"Growing({dict(self)!r})"
