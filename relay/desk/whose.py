"""Whose a ticket is, once that is known or was wrong, and the end of the links that somebody else may have.

Guarantees: a ticket goes to somebody of the register only; an address becomes his in the same transaction, and never
one that is somebody else's; the links that were sent before open nothing any more. Distrusts what was typed.
"""

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import User
from protocol.desk.register import Register, RegisterError
from protocol.desk.whose import given_to, is_given, with_address
from protocol.envelope import RefusalReason
from protocol.trust import Party
from relay.desk.people import like
from relay.desk.room import ConsoleHandlers, Room, by_staff, check_unchanged, no_such_ticket
from relay.errors import Refused


class WhoseRequests:
    """What a console may ask about it."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room

    def handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.SetRequester: self.set_requester, envelope.EndLinks: self.end_links}

    async def set_requester(self, party: Party, message: envelope.SetRequester) -> envelope.Ticket:
        """Somebody else's, or at last somebody's."""
        async with self._room.work() as work:
            ticket = await work.ticket(message.ticket)
            if ticket is None:
                raise no_such_ticket(message.ticket)
            if 0 < message.revision < ticket.revision:
                await check_unchanged(work, ticket, message.revision, party)
            register = work.book.register
            user, address = meant(register, message.user), message.address.strip().lower()
            try:
                work.record(register.new(with_address(user, address)), by_staff(party))
            except RegisterError as error:
                raise Refused(RefusalReason.BAD_INPUT, str(error)) from error
            # He is answered where he wrote from, if that is his.
            wrote_from = ticket.address if ticket.address in map(str.lower, user.mails) else address
            given = given_to(register, user, wrote_from)
            work.happens(ticket, () if is_given(ticket, given) else (given,), by_staff(party))
        return await self._room.whole(message.ref, await self._room.find(message.ticket), for_staff=True)

    async def end_links(self, party: Party, message: envelope.EndLinks) -> envelope.Ticket:
        """All links to its page made so far."""
        ended = events.LinksRevoked(message.reason)
        return await self._room.edit(party, message, lambda _: (ended,))


def meant(register: Register, text: str) -> User:
    """Who of the register is meant by an identifier, an address, a number or a name. Raises Refused."""
    text = text.strip()
    user = register.users.get(text)
    if user is not None and not user.gone:
        return user
    known = register.user_of_mail(text) or register.user_of_phone(text)
    if known is not None:
        return known
    found = [one for one in like(register, text) if not one.gone]
    named = [one for one in found if one.name.casefold() == text.casefold()] or found
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(f"{one.name} ({one.identifier})" for one in named)
        raise Refused(
            RefusalReason.BAD_INPUT, "Several are called so: {names}; write the one in brackets.", names=names
        )
    raise Refused(RefusalReason.BAD_INPUT, "Nobody in the register is “{text}”.", text=text)
