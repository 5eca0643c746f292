"""What can go wrong on the helped side, each with one sentence for the user.

AgentError
 ├── PlaceError        what the agent keeps cannot be read or written
 ├── OutboxFull        too many requests wait for the line to come back
 └── EnrolmentError    this computer does not belong to an organisation yet, or to another one
"""


class AgentError(Exception):
    """Any of the below; the text is one sentence for the user, in the user's language."""


class PlaceError(AgentError):
    """The disk is full, or the directory is not ours."""


class OutboxFull(AgentError):  # noqa: N818 - a refusal with its sentence
    """So many requests wait already that another one would help nobody."""


class EnrolmentError(AgentError):
    """No certificate for this computer.

    Attributes:
        final: trying again will not help until somebody does something.
    """

    def __init__(self, sentence: str, *, final: bool) -> None:
        super().__init__(sentence)
        self.final = final
