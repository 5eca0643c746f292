"""What is still to be said on a ticket: open questions, what was read back, instructions. A facet of its fold. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.states import StepRefused, mark


class Talk(Struct, frozen=True):
    """What was asked and not answered.

    Attributes:
        questions: number → question, of those without an answer: they stand in the way of a solution (promise 33).
        read_back: what was understood, in the technician's words; `confirmed`: None while nobody answered.
        instructions: number → steps, of those the requester has not answered (promise 32).
        ratings: stars, one for each solution rated (promise 41); `to_rate`: a solution awaits its rating.
    """

    questions: dict[str, str] = {}
    read_back: str = ""
    confirmed: bool | None = None
    instructions: dict[str, tuple[str, ...]] = {}
    ratings: tuple[int, ...] = ()


Heard = (
    events.ReadBack
    | events.ReadBackAnswered
    | events.QuestionAsked
    | events.QuestionAnswered
    | events.InstructionGiven
    | events.InstructionAnswered
    | events.Rated
)


def follow(talk: Talk, event: Heard) -> Talk:  # noqa: PLR0911 - one line for each kind of event
    """The talk after one more event. Raises StepRefused for an answer to nothing."""
    match event:
        case events.ReadBack(text=text):
            return replace(talk, read_back=text, confirmed=None)
        case events.ReadBackAnswered(right=right):
            if not talk.read_back:
                raise StepRefused("Nothing was read back that could be confirmed.")
            return replace(talk, confirmed=right)
        case events.QuestionAsked(question=question, text=text):
            return replace(talk, questions=talk.questions | {question: text})
        case events.QuestionAnswered(question=question):
            return replace(
                talk, questions=_without(talk.questions, question, mark("This question is answered already."))
            )
        case events.InstructionGiven(instruction=instruction, steps=steps):
            return replace(talk, instructions=talk.instructions | {instruction: steps})
        case events.InstructionAnswered(instruction=instruction):
            return replace(
                talk, instructions=_without(talk.instructions, instruction, mark("These steps are answered already."))
            )
        case events.Rated(stars=stars):
            return replace(talk, ratings=(*talk.ratings, stars))


def check_resolvable(talk: Talk) -> None:
    """Raises StepRefused while a question is open (promise 33)."""
    if talk.questions:
        first = next(iter(talk.questions.values()))
        raise StepRefused("There is a question without an answer yet: {question}", question=first[:200])


def _without(open_ones: dict[str, str] | dict[str, tuple[str, ...]], key: str, sentence: str) -> dict[str, str]:
    if key not in open_ones:
        raise StepRefused(sentence)
    return {other: value for other, value in open_ones.items() if other != key}  # type: ignore[misc]  # as it came
