"""Whether what comes as a person's mail is a program that answers ours, without any header that says so. Pure.

Guarantees: only mails that answer what the desk said by itself count, never those between two people; whoever then
writes something else is a person again. Distrusts the mail: how long it takes to compare two grows with their length.

Others bound it by numbers alone: ten mails in ten minutes on one ticket (Zammad), forty a day to one address (OTRS).
Here it is told by what a program does and people do not: the same words again, and at once.
"""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from protocol.desk import events
from protocol.desk.events import Channel, NoticeKind

AT_ONCE = timedelta(minutes=2)
"""After a mail of ours: to fetch it, read it, answer it and be fetched, people mostly take longer."""
SAME_AT_ONCE = 2
"""So many mails with the same words, the last one at once after ours."""
SAME = 3
"""At whatever pace: some programs look into their mailbox now and then only. So for words as short as people repeat."""
ANYTHING_AT_ONCE = 4
"""Each at once after one of ours, whatever they say."""
SHORT_CHARS = 20
ALIKE = 0.85
"""Of all words of two mails; numbers do not count: programs give each answer one of its own."""
_READ_CHARS = 2000
_WORD = re.compile(r"[^\W\d_]+")
BY_ITSELF = frozenset(
    {
        NoticeKind.RECEIPT,
        NoticeKind.NEW_HANDLER,
        NoticeKind.VERDICT_ASKED,
        NoticeKind.VERDICT_REMINDER,
        NoticeKind.HOLD_REMINDER,
        NoticeKind.APPOINTMENT_NEAR,
        NoticeKind.DISPLACED,
        NoticeKind.LINK,
        NoticeKind.TOO_LARGE,
    }
)
"""What the desk says to requesters without anybody who said it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """A mail of somebody's on a ticket.

    Attributes:
        after_ours: how long after what the desk told him by itself since his last one; None: it had told him nothing.
        automatic: it was taken for a program's.
    """

    text: str
    after_ours: timedelta | None
    automatic: bool = False

    @property
    def at_once(self) -> bool:
        """Whether it came sooner than people answer."""
        return self.after_ours is not None and self.after_ours <= AT_ONCE


def heard_from(
    sender: str, readers: Iterable[str], entries: Iterable[tuple[events.Entry, datetime]], text: str, now: datetime
) -> list[Heard]:
    """His mails among a ticket's `entries`, oldest first, and the one that comes `now` with `text` as the last.

    Args:
        sender: mail address, lower case.
        readers: as whom he is told something: that address, a user's identifier.
        entries: what was written on the ticket, and the notices that were sent; each with when that was.
        text: of the mail that comes;
        now: when.
    """
    told, found = set(readers), list[Heard]()
    ours: datetime | None = None
    for entry, at in entries:
        match entry.event:
            case events.NoticeSent(kind=kind, to=to) if kind in BY_ITSELF and to in told:
                ours = at
            case events.Opened(address=address, channel=Channel.MAIL, problem=said, automatic=automatic) if (
                address == sender
            ):
                found.append(Heard(said, None, automatic))
                ours = None
            case events.MessageAdded(channel=Channel.MAIL, sender=address, text=said, automatic=automatic) if (
                address == sender
            ):
                found.append(Heard(said, _since(ours, at), automatic))
                ours = None
            case _:
                pass
    return [*found, Heard(text, _since(ours, now))]


def answers_by_itself(heard: Sequence[Heard]) -> bool:
    """Whether the last of these mails is taken for a program's."""
    if not heard:
        return False
    last = heard[-1]
    same = [last]
    for before in reversed(heard[:-1]):
        if not alike(before.text, last.text):
            break
        same.append(before)
    if len(same) > 1 and same[1].automatic:
        return True  # it goes on
    if len(same) >= SAME_AT_ONCE and last.at_once and len(last.text.strip()) >= SHORT_CHARS:
        return True
    if len(same) >= SAME and all(mail.after_ours is not None for mail in same[: SAME - 1]):
        return True
    recent = heard[-ANYTHING_AT_ONCE:]
    return len(recent) == ANYTHING_AT_ONCE and all(mail.at_once for mail in recent)


def alike(one: str, other: str) -> bool:
    """Whether two texts say the same but for numbers and a word or two."""
    first, second = (frozenset(_WORD.findall(text[:_READ_CHARS].casefold())) for text in (one, other))
    if not first and not second:
        return one.split() == other.split()
    return len(first & second) >= ALIKE * len(first | second)


def _since(ours: datetime | None, now: datetime) -> timedelta | None:
    return None if ours is None else max(now - ours, timedelta())
