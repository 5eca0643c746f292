"""What can go wrong in the relay, as one tree.

    RelayError
     ├── StartRefused   wrong use, or files the relay cannot be run with: one sentence, exit code 2
     ├── StoreFault     the disk or database did not take or give something; nothing half done
     │    └── TicketDamaged   one ticket's history cannot be read; all others can
     └── Refused        a request that is not carried out (desk); its sentence is for the person who asked

None of them ever reaches a person as a traceback.
"""

from protocol.desk.states import StepRefused, mark
from protocol.envelope import RefusalReason
from relay.words import words


class RelayError(Exception):
    """Any of them; str() is one sentence for a person."""


class StartRefused(RelayError):  # noqa: N818 - a refusal with its sentence
    """The relay cannot be started like this."""


class StoreFault(RelayError):  # noqa: N818 - a fault of the disk, not of the program
    """The store did not carry it out; nothing was changed.

    Attributes:
        sentence: in English, with a gap for each fact; facts: what goes into the gaps.
    """

    def __init__(self, sentence: str, /, **facts: object) -> None:
        super().__init__(sentence.format(**facts) if facts else sentence)
        self.sentence, self.facts = sentence, facts

    def said(self, language: str) -> str:
        """The sentence in a person's language."""
        sentence = words(language)(self.sentence)
        return sentence.format(**self.facts) if self.facts else sentence


class TicketDamaged(StoreFault):
    """What is stored of one ticket is no history of it; it is set aside, and nothing is done to it.

    Attributes:
        ticket: its number.
        why: for the log, and for whoever looks into it.
    """

    def __init__(self, ticket: int, why: str) -> None:
        super().__init__(
            mark("Ticket {number} is damaged in the server's records; please tell whoever looks after the server."),
            number=ticket,
        )
        self.ticket, self.why = ticket, why


class Refused(RelayError):  # noqa: N818 - a refusal with its sentence
    """A request is not carried out.

    Attributes:
        reason: for programs, and counted.
        sentence: in English, with a gap for each fact; facts: what goes into the gaps.
    """

    def __init__(self, reason: RefusalReason, sentence: str, /, **facts: object) -> None:
        super().__init__(sentence.format(**facts) if facts else sentence)
        self.reason, self.sentence, self.facts = reason, sentence, facts

    @classmethod
    def by_state(cls, refused: StepRefused) -> "Refused":
        """A step that a ticket's state does not allow."""
        return cls(RefusalReason.NOT_NOW, refused.sentence, **refused.facts)

    def said(self, language: str) -> str:
        """The sentence in a person's language."""
        sentence = words(language)(self.sentence)
        return sentence.format(**self.facts) if self.facts else sentence
