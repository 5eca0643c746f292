"""Agreements that change with notice: versions, each valid from an instant on. Pure.

Guarantees that a change leaves the past as it was (invariant: a clock is computed with the version of its time): a new
version begins now or later, and the versions before it stay. The first one also holds for all time before it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol, TypeVar

MAX_VERSIONS = 1000


class VersionError(ValueError):
    """Versions that would change the past, or are in no order; the sentence is for whoever wrote them."""


class Version(Protocol):
    """Whatever is valid from some instant on, aware UTC."""

    @property
    def valid_from(self) -> datetime:
        """From when on, this instant included."""
        ...


V = TypeVar("V", bound=Version)


def check_order(versions: Sequence[Version]) -> None:
    """Raises VersionError unless there is one at least and each begins after the one before."""
    if not 0 < len(versions) <= MAX_VERSIONS:
        raise VersionError(f"There must be between one and {MAX_VERSIONS} versions.")
    for before, after in pairwise(versions):
        if after.valid_from <= before.valid_from:
            raise VersionError(f"The version of {after.valid_from:%Y-%m-%d %H:%M} does not follow the one before it.")


def in_force(versions: Sequence[V], at: datetime) -> V:
    """The version that holds at an instant."""
    return versions[max(0, bisect_right(versions, at, key=lambda version: version.valid_from) - 1)]


def with_version(versions: Sequence[V], new: V, now: datetime) -> tuple[V, ...]:
    """The versions with one more; one planned for the very same instant is replaced.

    Raises:
        VersionError: it would begin before `now`, and so change what was.
    """
    if new.valid_from < now:
        raise VersionError("A change cannot begin in the past: what was agreed then stays as it was.")
    others = [version for version in versions if version.valid_from != new.valid_from]
    changed = tuple(sorted([*others, new], key=lambda version: version.valid_from))
    check_order(changed)
    return changed
