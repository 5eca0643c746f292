"""A request by somebody without an agent: from a form to a ticket. On the loop's thread. Distrusts the form.

Guarantees: the same form sent twice makes one ticket; nobody can have a stranger's mailbox filled with receipts.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from protocol import limits
from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Actor, Channel
from protocol.desk.ticket import Ticket
from relay import mailboxes
from relay.admission import Bucket, Buckets, address_key
from relay.desk import Room, waits
from relay.reports.monthly import zone_of
from relay.store import By
from relay.web import forms
from relay.web.forms import FormRefused
from relay.web.links import Links
from relay.web.pages import Moments
from relay.words import words

ASKED_PER_ADDRESS = (1 / 60, 10.0)
"""New requests from one address of the net: an office's worth at once."""
ASKED_IN_ALL = (1 / 10, 60.0)
USUAL_MINUTES = 30
MAIL_CHARS = 254


class Asking:
    """Takes requests."""

    def __init__(self, room: Room, links: Links) -> None:
        """In the desk's `room`."""
        self._room, self._links = room, links
        self._by_address = Buckets(*ASKED_PER_ADDRESS)
        self._in_all = Bucket(*ASKED_IN_ALL, now=room.seconds())

    async def ask(self, form: FormData, language: str, address: str) -> Ticket:
        """The ticket. Raises FormRefused with a sentence in `language`, StoreFault."""
        _ = words(language)
        name = self._line(form, "name", limits.NAME_CHARS, _("Please tell us your name."))
        mail = _mail(form, _("Please write your mail address as in eva@example.org, so that we can answer."))
        try:
            problem = forms.text(form, "problem", limits.PROBLEM_CHARS)
            mark = forms.mark(form)
            urgency = forms.number(form, "urgency", 1, 3)
            minutes = forms.number(form, "minutes", 1, limits.MAX_MINUTES)
        except ValueError:
            most = _("Please describe it in at most {count} characters, and choose from what is offered.")
            raise FormRefused(most.format(count=limits.PROBLEM_CHARS)) from None
        if not problem:
            raise FormRefused(_("Please tell us what you need help with."))
        await self._check_pace(address, mail, _("That was very much at once. Please wait a few minutes, or call us."))
        now = self._room.clock()
        register = (await self._room.store.book()).register
        user = register.user_of_mail(mail)
        customer = register.customer_of_mail(mail)
        opened = events.Opened(
            request=forms.request_of(mark),
            device="",
            device_label="",
            requester=name,
            problem=problem,
            urgency=urgency or 2,
            minutes=minutes or USUAL_MINUTES,
            diagnostics=(),
            asked_at=now,
            channel=Channel.WEB,
            user=user.identifier if user else "",
            customer=register.customer_of(user) or (customer.identifier if customer else ""),
            language=(user.language if user else "") or language,
            address=mail,
        )
        identifier = (opened.user or mail)[: limits.NAME_CHARS]
        ticket, new = await self._room.open(opened, By(Actor.REQUESTER, identifier, name))
        if not new and (ticket.address, ticket.problem) != (mail, problem):
            raise FormRefused(_("Please reload the page, and send it again."))  # somebody else's number
        return ticket

    async def expected_wait_min(self, now: datetime) -> int | None:
        """How long somebody who comes now waits until work begins (promise 42); None: nobody is there."""
        book = await self._room.store.book()
        forecast = waits.forecast(self._room, book, await self._room.store.unfinished(resolved=False), "", now)
        return None if forecast is None else forecast.wait_min

    @staticmethod
    def moments(book: Book, language: str, now: datetime) -> Moments:
        """Times for somebody of whom nothing is known."""
        try:
            zone = zone_of(book, "", now)
        except (KeyError, ValueError):
            zone = ZoneInfo("UTC")
        return Moments(language, zone, now)

    # --- inside
    async def _check_pace(self, address: str, mail: str, sentence: str) -> None:
        """The disk is asked last, so not more often than all together may ask; each request is acknowledged by mail."""
        seconds = self._room.seconds()
        if not (
            self._by_address.take(address_key(address), seconds)
            and self._in_all.take(seconds)
            and await mailboxes.take(self._room.store, mail, self._room.clock())
        ):
            self._room.counts.add("web_asked_too_fast")
            raise FormRefused(sentence)

    @staticmethod
    def _line(form: FormData, name: str, limit: int, sentence: str) -> str:
        try:
            value = forms.line(form, name, limit)
        except ValueError:
            value = ""
        if not value:
            raise FormRefused(sentence)
        return value


def _mail(form: FormData, sentence: str) -> str:
    """An address as people type it: one @, no spaces, printable (RFC 5321 allows more that nobody has)."""
    try:
        mail = forms.line(form, "mail", MAIL_CHARS).lower()
    except ValueError:
        mail = ""
    local, _, domain = mail.rpartition("@")
    if not local or "." not in domain.strip(".") or not mail.isprintable() or set(mail) & set(' <>()[],;:\\"'):
        raise FormRefused(sentence)
    return mail
