"""What the relay's refusal to enrol says, in the user's own language. Any thread.

Before a computer belongs to the help desk the relay does not know who reads, and speaks English. What is not known here
is shown as it came.
"""

from agent.words import _


def said(sentence: str) -> str:
    """The sentence as the reader understands it best."""
    return {
        "This bundle's time has run out; ask for a new one.": _("This bundle's time has run out; ask for a new one."),
        "This bundle's token is unknown here.": _("This bundle's token is unknown here."),
        "This bundle has enrolled as many devices as it may.": _("This bundle has enrolled as many devices as it may."),
        "This device has been revoked.": _("This device has been revoked."),
        "The certificate has been revoked.": _("The certificate has been revoked."),
        "The certificate has expired; is this machine's clock (and date) right?": _(
            "The certificate has expired; is this machine's clock (and date) right?"
        ),
        "The certificate is not valid yet; is this machine's clock (and date) right?": _(
            "The certificate is not valid yet; is this machine's clock (and date) right?"
        ),
        "The certificate was not issued by this organisation.": _(
            "The certificate was not issued by this organisation."
        ),
    }.get(sentence, sentence)
