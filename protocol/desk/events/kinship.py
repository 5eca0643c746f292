"""How tickets belong together. Pure."""

import enum
from typing import Annotated

from msgspec import Meta

from protocol.desk.events.base import EventBase
from protocol.desk.terms import Name, Number, Text


class Relation(enum.StrEnum):
    """How a ticket stands to another."""

    RELATED = "related"
    FOLLOWS = "follows"
    CAUSED_BY = "caused_by"
    """The other one is the problem behind it."""


class Linked(EventBase, frozen=True):
    """It has to do with another one."""

    ticket: Number
    relation: Relation


class Unlinked(EventBase, frozen=True):
    """It has not."""

    ticket: Number
    relation: Relation


class MergedInto(EventBase, frozen=True):
    """It is the same as another one, where it goes on; its messages keep their number. Can be undone."""

    ticket: Number
    reason: Text = ""


class Absorbed(EventBase, frozen=True):
    """The other side of `MergedInto`."""

    ticket: Number


class Unmerged(EventBase, frozen=True):
    """It was not the same after all, and stands as it did before."""

    ticket: Number


class Released(EventBase, frozen=True):
    """The other side of `Unmerged`."""

    ticket: Number


class Tagged(EventBase, frozen=True):
    """Tags put on and taken off."""

    added: Annotated[tuple[Name, ...], Meta(max_length=32)] = ()
    removed: Annotated[tuple[Name, ...], Meta(max_length=32)] = ()
