"""What another end's refusal says, and a file that was taken for a bundle, in the user's own language. Any thread.

Before a computer belongs to the help desk the relay does not know who reads; so it, and the rules both ends share,
speak English, and the agent knows by heart what a person may come to read. What it does not know it shows as it came.
"""

from agent.words import _, mark

KNOWN = frozenset(
    {
        mark("This bundle's time has run out; ask for a new one."),
        mark("This bundle's token is unknown here."),
        mark("This bundle has enrolled as many devices as it may."),
        mark("This device has been revoked."),
        mark("The certificate has been revoked."),
        mark("The certificate has expired; is this machine's clock (and date) right?"),
        mark("The certificate is not valid yet; is this machine's clock (and date) right?"),
        mark("The certificate was not issued by this organisation."),
        mark("The relay's address must look like wss://relay.example.org."),
        mark("This file is a technician's invitation, for: athand-console --invitation FILE."),
    }
)
"""Of `protocol.trust` and the relay's enrolment; a test looks that they say these."""
OF_FILES = frozenset({mark("The bundle file is too large."), mark("The bundle file is damaged, or not one.")})
"""Of `protocol.trust.organisation`, which puts the kind of file in."""


def said(sentence: str) -> str:
    """The sentence as the reader understands it best."""
    return _(sentence) if sentence in KNOWN | OF_FILES else sentence
