"""The check that failed, kept with the ticket and run again: before it is resolved, after a day, after a week. Pure."""

import enum
from typing import Annotated

from msgspec import Meta, Struct

from protocol.desk.events.base import EventBase
from protocol.desk.terms import Key, Name, Number, Text


class ProofPhase(enum.StrEnum):
    """When a kept check was run."""

    BEFORE = "before"
    """While the fault was there."""
    AT_SOLUTION = "at_solution"
    AFTER_A_DAY = "after_a_day"
    AFTER_A_WEEK = "after_a_week"


class CheckResult(Struct, frozen=True, forbid_unknown_fields=True):
    """What a check found on a machine.

    Attributes:
        check: its name, such as ``disk.free`` or ``service.cups``, and
        target: what of the machine, such as ``/home``; empty: all of it.
        value: as shown; `passed`: whether it is as it should be.
    """

    check: Annotated[str, Meta(pattern=r"^[a-z0-9_.]{1,60}$")]
    target: Annotated[str, Meta(max_length=255)]
    value: Text
    passed: bool


class CheckKept(EventBase, frozen=True):
    """This check is the proof: it failed, and shall pass once it is solved (promise 10)."""

    proof: Key
    device: Name
    result: CheckResult


class CheckRan(EventBase, frozen=True):
    """A kept check was run again."""

    proof: Key
    phase: ProofPhase
    result: CheckResult


class ProblemNamed(EventBase, frozen=True):
    """It is a case of a known problem (promise 12), which is a ticket of that kind."""

    problem: Number


class ArticleUsed(EventBase, frozen=True):
    """An article helped, or was made of this ticket (promise 7)."""

    article: Key
    made: bool = False
