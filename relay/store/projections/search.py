"""The words of everything that was said, for the search over all tickets (SQLite's FTS5, no copy of the texts).

Guarantees that a text is found by each of its words, in whatever script, without regard to case and accents, and by
the beginning of a word. The row's number holds the ticket's, so that a search reads nothing but the index:

    rowid = ticket * 2^20 + revision     (a ticket has fewer than a million events)
"""

import enum
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from protocol.desk import events
from protocol.desk.events import Actor
from relay.store.projections.base import Step, Write

REVISION_BITS = 20
_MARKS = frozenset(map(chr, (*range(0x19B0, 0x19C1), 0x19C8, 0x19C9, 0x1CF2, 0x1CF3)))
"""Letters today, and marks when unicode61's tables were made (Unicode 6.1): there a word ends, or a search fails."""
_PUT = "INSERT INTO search (rowid, words) VALUES (?, ?)"
_WRITTEN = ("text", "reason", "next_step")
"""Names of what a person writes in an event, whichever it is; events that have more are named below."""


class SearchProjection:
    """See the module."""

    name = "search"
    version = 2
    tables = ("search",)
    compared = ("search_docsize",)
    ddl = (
        """
        CREATE VIRTUAL TABLE search USING fts5 (
            words, content='', detail='none', tokenize='unicode61 remove_diacritics 2', prefix='2 3 4'
        )
        """,
    )

    def derive(self, steps: Sequence[Step]) -> Iterable[Write]:
        """One row for each event that says something."""
        rows = []
        for step in steps:
            if step.after is None:
                continue
            text = " ".join(part for part in _texts(step.entry) if part)
            if text:
                rows.append(((step.after.number << REVISION_BITS) + step.after.revision, text))
        if rows:
            yield _PUT, rows


def words(query: str) -> Iterator[str]:
    """The words of a query as FTS5's unicode61 cuts them: letters and digits of any script, nothing else."""
    word = ""
    for char in unicodedata.normalize("NFC", query):
        if unicodedata.category(char)[0] in "LN" and char not in _MARKS:
            word += char
        elif word:
            yield word
            word = ""
    if word:
        yield word


def _texts(entry: events.Entry) -> tuple[str, ...]:  # noqa: PLR0911 - one line for each kind of event
    match event := entry.event:
        case events.MessageAdded(text=text, sender=sender, attachments=attachments):
            return (text, sender, *(file.name for file in attachments))
        case events.Opened():
            machine = (event.requester, event.address, event.device_label, event.device, event.user, event.customer)
            return (event.subject, event.problem, *machine)
        case events.RequesterSet(user=user, requester=requester, customer=customer, address=address):
            return (user, requester, customer, address)
        case events.Assigned(staff=staff):
            return (staff.name,)
        case events.HandedOver(to=staff):
            return (staff.name, event.tried, event.known, event.next_step, event.reason)
        case events.Resolved(solution=solution, alternatives=alternatives):
            return (solution, *alternatives)
        case events.InstructionGiven(steps=steps):
            return steps
        case events.Tagged(added=added):
            return added
        case _:
            return () if entry.actor is Actor.DESK or isinstance(event, events.NoticeSent) else _said(event)


def _said(event: events.Event) -> tuple[str, ...]:
    """Whatever else a person wrote: what the desk says by itself would be found on every ticket."""
    written = (getattr(event, name, "") for name in _WRITTEN)
    return tuple(text for text in written if isinstance(text, str) and not isinstance(text, enum.Enum))
