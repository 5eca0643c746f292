"""The desk's memory: events on disk, append-only and chained (promise 22), and the tickets they fold to.

    tables       what stands in the database
    migrations   how an older database becomes this one (Alembic)
    database     one SQLite file: opened, brought up to date, closed
    events       appending and reading
    mail_tables  what the history says of mails: what waits to be sent
    work         what is done in one transaction
    projections  everything derived from the events, in the same transaction
    verify       the check of it all, for the administrator and for tests

An event is acknowledged after it is committed, with synchronous=FULL: what was acknowledged survives `kill -9` and a
power cut. Blocking disk work runs in aiosqlite's threads.
"""

from relay.store.events import Change, EventStore
from relay.store.verify import Report, verify
from relay.store.work import THE_DESK, By, Work

__all__ = ["THE_DESK", "By", "Change", "EventStore", "Report", "Work", "verify"]
