"""What can go wrong in the relay, as one tree.

    RelayError
     ├── StartRefused   wrong use, or files the relay cannot be run with: one sentence, exit code 2
     ├── StoreFault     the disk or database did not take or give something; nothing half done
     └── Refused        a request that is not carried out (desk); its sentence is for the person who asked

None of them ever reaches a person as a traceback.
"""

from protocol.envelope import RefusalReason


class RelayError(Exception):
    """Any of them; str() is one sentence for a person."""


class StartRefused(RelayError):  # noqa: N818 - a refusal with its sentence
    """The relay cannot be started like this."""


class StoreFault(RelayError):  # noqa: N818 - a fault of the disk, not of the program
    """The store did not carry it out; nothing was changed."""


class Refused(RelayError):  # noqa: N818 - a refusal with its sentence
    """A request is not carried out.

    Attributes:
        reason: for programs, and counted.
    """

    def __init__(self, reason: RefusalReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
