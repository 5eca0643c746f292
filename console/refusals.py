"""What another end's refusal says, in the technician's own language. Pure but for the language.

Before somebody has signed in the server does not know who reads; so it, and the rules both ends share, speak English,
and the console knows by heart what a person may come to read. What it does not know it shows as it came.
"""

from console.language import _, mark

KNOWN = frozenset(
    {
        mark("The certificate has been revoked."),
        mark("The certificate has expired; is this machine's clock (and date) right?"),
        mark("The certificate is not valid yet; is this machine's clock (and date) right?"),
        mark("The certificate was not issued by this organisation."),
        mark("The certificate names another organisation."),
        mark("The list of revoked certificates is more than a day old; the administrator has to refresh it."),
        mark("The list of revoked certificates is from the future; is this machine's clock (and date) right?"),
        mark("The relay handed out an older revocation list than it did before."),
        mark("The revocation list is not signed by this organisation, or the clock is wrong."),
        mark("The server did not understand the sign-in."),
        mark("Too many sign-ins at the moment; trying again by itself."),
        mark("The invitation has expired."),
        mark("This invitation is unknown here, used, or older than a week."),
        mark("The request was not made with this invitation's file."),
        mark("The request answers another invitation."),
        mark("This invitation was opened on too many computers; ask your administrator for a new one."),
        mark("This invitation was opened on another computer, too; ask your administrator for a new one."),
        mark("This file is a bundle for users' machines, for: athand-agent --bundle FILE."),
        mark("There is no such session any more."),
        mark("This session is over."),
        mark("Somebody is at this end of the session already."),
        mark("the clock of this computer is wrong, or the server's is; please set it right"),
    }
)
"""Of `protocol.trust`, `protocol.signin`, and the relay's sign-in and enrolment; a test looks that they say these."""
OF_FILES = frozenset({mark("The invitation file is too large."), mark("The invitation file is damaged, or not one.")})
"""Of `protocol.trust.organisation`, which puts the kind of file in."""


def said(sentence: str) -> str:
    """The sentence as the reader understands it best."""
    return _(sentence) if sentence in KNOWN | OF_FILES else sentence
