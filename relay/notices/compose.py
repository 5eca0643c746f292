"""A notice as a mail: plain text, and simple HTML that says the same. Pure, but for the date given.

Guarantees: one notice gives one mail with one Message-ID, however often it is made; what a person wrote is escaped;
the mail says of itself that a desk sent it, so that no desk ever answers it.
"""

import email.policy
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from protocol.desk import events
from protocol.desk.ticket import Ticket
from protocol.trust.names import one_line
from relay import words
from relay.mail.errors import Unsendable
from relay.mail.kinds import OURS
from relay.notices.letters import Case, Letter, letter, title_of

MAX_REFERENCES = 20
POLICY = email.policy.SMTP

_environment = Environment(
    loader=PackageLoader("relay.notices"),
    autoescape=select_autoescape(("html.j2",), default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def compose(case: Case, history: Sequence[events.Entry], now: datetime) -> EmailMessage:
    """The mail for a notice.

    Args:
        case: what it is about and whom it is for.
        history: the ticket's up to the notice; empty: it is about none.
        now: aware, for the Date.

    Raises:
        Unsendable: its reader has no address any more, or one that no mail can be sent to.
    """
    desk = case.book.register.desk
    if not case.reader.address or not desk.address:
        raise Unsendable(f"{case.reader.name or case.reader.identifier} has no mail address.")
    written = letter(case)
    subject = written.subject if case.ticket is None else subject_of(case.ticket)
    message = EmailMessage(policy=POLICY)
    try:
        message["From"] = _address(one_line(desk.name), desk.address)
        message["To"] = _address(one_line(case.reader.name), case.reader.address)
        message["Subject"] = subject
    except (ValueError, IndexError) as error:
        raise Unsendable(f"{case.reader.address!r} is no address that a mail can be sent to.") from error
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{case.notice.message_id}>"
    if thread := _thread(history, case.notice):
        message["In-Reply-To"] = f"<{thread[-1]}>"
        message["References"] = " ".join(f"<{message_id}>" for message_id in thread)
    message[OURS] = desk.address
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if not written.human:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(_render("letter.txt.j2", case, written, subject), cte="quoted-printable")
    message.add_alternative(_render("letter.html.j2", case, written, subject), subtype="html", cte="quoted-printable")
    return message


def subject_of(ticket: Ticket) -> str:
    """As the requester's own, so that his mail program keeps them together; the number for who reads it out."""
    return f"Re: {title_of(ticket)} [#{ticket.number}]"


def _render(template: str, case: Case, written: Letter, subject: str) -> str:
    _ = words.words(case.reader.language)
    desk = case.book.register.desk
    has_page = bool(case.page) and not written.buttons
    return _environment.get_template(template).render(
        letter=written,
        subject=subject,
        language=words.known(case.reader.language),
        desk=desk.name or desk.address,
        phone=desk.phone,
        page=case.page if has_page else "",
        see=_("See where your request stands"),
    )


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    if not local or not all(domain.split(".")) or " " in address:
        raise ValueError(address)
    if not domain.isascii():
        domain = domain.encode("idna").decode()  # RFC 5890: servers know it by this name
    return Address(name[:100], local, domain)


def _thread(history: Sequence[events.Entry], notice: events.NoticeSent) -> list[str]:
    """The mails of this ticket that its reader has had or written, oldest first."""
    found: list[str] = []
    for entry in history:
        match entry.event:
            case events.Opened(message_id=message_id) | events.MessageAdded(message_id=message_id, internal=False):
                found.append(message_id)
            case events.NoticeSent(to=notice.to, message_id=message_id):
                found.append(message_id)
            case _:
                pass
    distinct = dict.fromkeys(found)
    return [known for known in distinct if _is_plain(known) and known != notice.message_id][-MAX_REFERENCES:]


def _is_plain(message_id: str) -> bool:
    """Others' numbers are repeated only if nothing in them could end a header."""
    return bool(message_id) and len(message_id) <= 200 and message_id.isascii() and message_id.isprintable()  # noqa: PLR2004 - a line's worth
