"""What can go wrong with mail, as one tree; each str() is one sentence for whoever set it up or looks after it.

    MailError
     ├── MailUnreadable    bytes that cannot be read as a mail: it is set aside, never lost
     ├── SettingsRefused   the settings cannot be used
     └── ServerFault       a mail server cannot be reached, does not let us in, or gave up in the middle: tried again
          └── MailRefused  it took our call, but not this mail

Also `Unsendable`: a notice that cannot become a mail; it is set aside with the sentence.
"""


class MailError(Exception):
    """Any of them."""


class MailUnreadable(MailError):  # noqa: N818 - says what is so, not what the program did
    """No mail, or one built to break whoever reads it."""


class SettingsRefused(MailError):  # noqa: N818 - a refusal with its sentence
    """The settings of the mail servers cannot be used."""


class ServerFault(MailError):  # noqa: N818 - the server's fault
    """The server is not to be had now."""


class MailRefused(ServerFault):
    """The server does not take this mail.

    Attributes:
        for_good: whether it says that it never will (5xx, RFC 5321, 4.2.1).
    """

    def __init__(self, sentence: str, *, for_good: bool) -> None:
        super().__init__(sentence)
        self.for_good = for_good


class Unsendable(MailError):  # noqa: N818 - says what is so
    """A notice that cannot become a mail: its reader has no address any more, or its event is gone."""
