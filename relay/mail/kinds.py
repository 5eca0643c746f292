"""Whether a human wrote a mail, and if not, what sent it. Pure; distrusts every header.

RFC 3834 (Auto-Submitted), RFC 2076 and RFC 3798 where they apply; the rest is what programs really send.
"""

import enum
import re
from email.message import Message

from relay.mail.headers import address, raw

OURS = "X-Athand"
"""Stands in every mail of a desk, with a word for the desk: whoever gets one back from himself has found a loop."""


class MailKind(enum.StrEnum):
    """Who or what wrote a mail."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    """Out of office and the like: an answer to a mail that nobody has read yet."""
    AUTO_GENERATED = "auto_generated"
    """A machine's own message: it may be about something, but there is nobody to answer."""
    BULK = "bulk"
    """A newsletter: sent to many, and to nobody in particular."""
    REPORT = "report"
    """What became of a mail of ours (RFC 3464, RFC 8098)."""


_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From", "X-Mail-Autoreply")
_ROBOTS = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|listserv|nobody)(?:[+=-].*)?@")
_ABSENT = re.compile(
    r"\s*(?:auto(?:matic|matische|matická|mat)?[ :-]?\s?(?:reply|antwort|response|odpověď)|out of (?:the )?office"
    r"|auto: .{0,100}(?:out of (?:the )?office|abwesend)"
    r"|abwesenheits|abwesend|réponse automatique|risposta automatica|respuesta automática|odpowiedź automatyczna"
    r"|autosvar|automaattinen vastaus|automatisch antwoord|nepřítomnost|vacation:)",
    re.IGNORECASE,
)


def kind_of(message: Message, subject: str) -> MailKind:  # noqa: PLR0911 - one for each rule
    """What wrote `message`."""
    content = message.get_content_type()
    if content == "multipart/report" or raw(message, "X-Failed-Recipients"):
        return MailKind.REPORT
    submitted = raw(message, "Auto-Submitted").split(";")[0].strip().lower()
    sender = address(message, "From")[1]
    empty_path = raw(message, "Return-Path").strip() == "<>"
    if empty_path and _ROBOTS.match(sender) and sender.split("@")[0] in {"mailer-daemon", "postmaster"}:
        return MailKind.REPORT
    if submitted.startswith("auto-replied") or any(raw(message, name) for name in _REPLY_HEADERS):
        return MailKind.AUTO_REPLY
    precedence = raw(message, "Precedence").strip().lower()
    if precedence == "auto_reply" or _ABSENT.match(subject):
        return MailKind.AUTO_REPLY
    # Not the headers of lists: a group that hands its mails on to the desk puts them into each.
    if precedence in {"bulk", "junk"} or raw(message, "List-Unsubscribe-Post") or raw(message, "Feedback-ID"):
        return MailKind.BULK
    if submitted not in {"", "no"}:
        return MailKind.AUTO_GENERATED
    if empty_path:
        return MailKind.AUTO_REPLY  # RFC 3834, 3.3: so that nothing answers it
    if _ROBOTS.match(sender):
        return MailKind.AUTO_GENERATED
    if raw(message, "X-Auto-Response-Suppress").strip().lower() == "all" and raw(message, "In-Reply-To"):
        return MailKind.AUTO_REPLY
    return MailKind.HUMAN
