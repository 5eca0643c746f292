"""The errors of the console; each one's text is one sentence for the technician.

ConsoleError
 ├── AddressRefused      the relay's address may not be used
 ├── KeyringUnavailable  the operating system keeps no secrets for us
 ├── StateDamaged        what was kept on disk cannot be read or written
 ├── InvitationRefused   the file, or the administrator's answer, leads to no certificate
 └── DisplayMissing      there is nothing to show windows on
"""


class ConsoleError(Exception):
    """Something a technician has to be told; the text is the sentence."""


class AddressRefused(ConsoleError):  # noqa: N818 - what happened
    """The relay's address may not be used."""


class KeyringUnavailable(ConsoleError):  # noqa: N818 - what happened
    """The operating system keeps no secrets for us."""


class StateDamaged(ConsoleError):  # noqa: N818 - what happened
    """What was kept on disk cannot be read or written."""


class InvitationRefused(ConsoleError):  # noqa: N818 - what happened
    """The invitation leads to no certificate."""


class DisplayMissing(ConsoleError):  # noqa: N818 - what happened
    """There is nothing to show windows on."""
