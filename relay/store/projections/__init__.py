"""Everything the relay looks things up in, derived from the events in the same transaction.

base       what a projection is, and how to add one
tickets    one row for each ticket, and its tags: lists are SQL
worktime   one row for each time entry as it stands after corrections
proofs     which tickets have a check to be run again
mail_ids   which ticket a mail is about, and which mails were taken down
search     the words of everything said (FTS5)
keeping    made anew when the program knows better, and compared when asked
"""

from relay.store.projections.base import Projection, Step, Write
from relay.store.projections.mail_ids import MailIdsProjection
from relay.store.projections.proofs import ProofsProjection
from relay.store.projections.search import SearchProjection
from relay.store.projections.tickets import TicketsProjection
from relay.store.projections.worktime import WorktimeProjection

ALL: tuple[Projection, ...] = (
    TicketsProjection(),
    WorktimeProjection(),
    ProofsProjection(),
    MailIdsProjection(),
    SearchProjection(),
)

__all__ = ["ALL", "Projection", "Step", "Write"]
