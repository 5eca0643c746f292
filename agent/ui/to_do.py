"""What the help desk waits for from the user, found in a request's history. Pure; distrusts the relay's order."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime

from agent.letters import Answered, AnsweredPrice, Confirmed, DidSteps, Said
from agent.ui.plain import money, one_line
from agent.words import _
from protocol.desk import events
from protocol.envelope import HistoryLine


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """Something `who` has to know (P33)."""

    key: str
    who: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Understood:
    """What `who` understood, to be confirmed (P33)."""

    who: str
    text: str
    key: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Steps:
    """What `who` asks the user to do, step by step (P32)."""

    key: str
    who: str
    steps: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Price:
    """What `who` would do for a price, if the user agrees (P11, P27)."""

    key: str
    who: str
    text: str
    price: str
    until: datetime | None = None


ToDo = Question | Understood | Steps | Price


def to_do(history: Iterable[HistoryLine]) -> tuple[ToDo, ...]:
    """What is not answered yet, oldest first."""
    found: dict[str, ToDo] = {}
    for line in history:
        who = one_line(line.actor_name) or _("The help desk")
        match line.event:
            case events.QuestionAsked(question=key, text=text):
                found[key] = Question(key, who, text)
            case events.InstructionGiven(instruction=key, steps=steps):
                found[key] = Steps(key, who, steps)
            case events.ReadBack(text=text):
                found[""] = Understood(who, text)
            case events.QuoteMade(quote=key, text=text, price_cents=cents, currency=currency, valid_until=until):
                found[key] = Price(key, who, text, money(cents, currency), until)
            case events.QuoteAnswered(quote=key):
                found.pop(key, None)
            case events.QuestionAnswered(question=key) | events.InstructionAnswered(instruction=key):
                found.pop(key, None)
            case events.ReadBackAnswered():
                found.pop("", None)
    return tuple(found.values())


def left(waiting: Iterable[ToDo], said: Iterable[Said]) -> list[ToDo]:
    """What is still to be answered, once what was `said` has arrived."""
    answered = set()
    for one in said:
        match one:
            case Answered(question=key) | DidSteps(instruction=key) | AnsweredPrice(quote=key):
                answered.add(key)
            case Confirmed():
                answered.add("")
    return [one for one in waiting if one.key not in answered]


def awaits_rating(history: Sequence[HistoryLine]) -> bool:
    """Whether the newest solution has no rating of the user's yet (P41)."""
    for line in reversed(history):
        if isinstance(line.event, events.Rated | events.Resolved):
            return isinstance(line.event, events.Resolved)
    return False
