"""How many mails strangers caused to one mail address, by forms and by links; one for the whole desk.

Guarantees: it is counted on disk before the mail is written down, so that a relay that starts anew goes on counting;
what is kept of an address is its hash, for a day after the last mail. On the loop's thread. Distrusts the address.
"""

import hashlib
from datetime import datetime, timedelta

from relay.admission import MAILS_FORGOTTEN_S, MailsLeft
from relay.store import EventStore, tables

_KNOWN = "SELECT at_us, at_once, a_day FROM mails_caused WHERE mailbox = ?"
_KEEP = "INSERT OR REPLACE INTO mails_caused (mailbox, at_us, at_once, a_day) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM mails_caused WHERE at_us < ?"


async def take(store: EventStore, address: str, now: datetime) -> bool:
    """Whether one more may go to `address`, in lower or upper case; `now` is aware UTC. Raises StoreFault.

    What stands behind a plus leads into the same mailbox (RFC 5233), which else would have no end of addresses.
    """
    local, _, domain = address.lower().rpartition("@")
    known_as = f"{local.partition('+')[0] or local}@{domain}"
    mailbox = hashlib.sha256(known_as.encode("utf-8", "replace")).hexdigest()
    now_us = tables.microseconds(now)
    async with store.work(now) as work:
        known = await work.rows(_KNOWN, (mailbox,))
        left = MailsLeft(known[0][0] / 1e6, *known[0][1:]) if known else MailsLeft(now_us / 1e6)
        may, left = left.one_more(now_us / 1e6)
        work.beside.append((_KEEP, (mailbox, now_us, left.at_once, left.a_day)))
        work.beside.append((_FORGET, (tables.microseconds(now - timedelta(seconds=MAILS_FORGOTTEN_S)),)))
    return may
