"""Which ticket a mail is about: what replies refer to, and what was taken down already; one row for each mail."""

from collections.abc import Iterable, Sequence

from protocol.desk import events
from relay.store.projections.base import Step, Write

_PUT = "INSERT INTO mail_ids (event, message_id, mark, ticket, own) VALUES (?, ?, ?, ?, ?)"


class MailIdsProjection:
    """See the module. `own`: sent by the desk. A number is not unique: anybody can send a mail under one there is."""

    name = "mail_ids"
    version = 1
    tables = ("mail_ids",)
    compared = ("mail_ids",)
    ddl = (
        """
        CREATE TABLE mail_ids (
            event INTEGER PRIMARY KEY,
            message_id TEXT NOT NULL,
            mark TEXT NOT NULL,
            ticket INTEGER NOT NULL,
            own INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX mail_ids_by_id ON mail_ids (message_id) WHERE message_id <> ''",
        "CREATE INDEX mail_ids_by_mark ON mail_ids (mark) WHERE mark <> ''",
    )

    def derive(self, steps: Sequence[Step]) -> Iterable[Write]:
        """One row for each event that is a mail, or came of one."""
        rows = []
        for step in steps:
            if found := _named(step.entry.event):
                message_id, mark, own = found
                rows.append((step.number, message_id, mark, step.entry.ticket, int(own)))
        yield _PUT, rows


def _named(event: events.Event) -> tuple[str, str, bool] | None:
    """Message-ID, mark, and whether it is a mail of ours."""
    match event:
        case events.NoticeSent(message_id=message_id) if message_id:
            return message_id, "", True
        case events.Opened(channel=events.Channel.MAIL, message_id=message_id, request=mark):
            return message_id, mark, False
        case events.MessageAdded(channel=events.Channel.MAIL, message_id=message_id, mark=mark) if message_id or mark:
            return message_id, mark, False
        case events.MailBounced(mark=mark) if mark:
            return "", mark, False
        case _:
            return None
