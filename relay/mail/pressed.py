"""What a button in a mail of the desk says, pressed: a verdict on a solution, or yes or no to a price. Pure.

Guarantees: only the mail that asks it, and that only its reader got, is answered by its token; a price is accepted only
by somebody whom the register names for that (promise 11), and only while it stands.
"""

from collections.abc import Sequence
from datetime import datetime

from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import NoticeKind
from protocol.desk.ticket import Ticket
from relay.mail.parse import Mail
from relay.words import words

SOLVED, NOT_SOLVED, ACCEPTED, DECLINED = "solved", "not-solved", "accepted", "declined"
"""Words before a token in a subject."""
VERDICTS = frozenset({NoticeKind.RESOLVED, NoticeKind.VERDICT_REMINDER, NoticeKind.VERDICT_ASKED})


def to_price(
    book: Book, ticket: Ticket, mail: Mail, notice: events.NoticeSent, now: datetime
) -> Sequence[events.TicketEvent]:
    """The answer to the price that a mail named; or, to staff, why it is none."""
    if mail.answer is None or mail.answer[0] not in {ACCEPTED, DECLINED} or notice.kind is not NoticeKind.QUOTE:
        return ()
    accepted = mail.answer[0] == ACCEPTED
    _ = words(book.register.desk.language)
    quote = ticket.agreements.quotes.get(notice.about)
    user = book.register.user_of_mail(mail.sender)
    if quote is None or quote.answered_at is not None or quote.valid_until <= now or not ticket.is_open:
        return _among_staff(_("This answer to the price came too late, or the price was answered before."))
    of_another = user is not None and user.customer and ticket.customer and user.customer != ticket.customer
    if accepted and (user is None or not user.may_accept_quotes or of_another):
        return _among_staff(_("This yes to the price is by somebody whom the customer has not named for that."))
    return (events.QuoteAnswered(notice.about, accepted, mail.text, user.identifier if user else ""),)


def _among_staff(text: str) -> Sequence[events.TicketEvent]:
    return (events.MessageAdded(text, internal=True, automatic=True),)
