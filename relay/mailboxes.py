"""How many mails strangers caused to one mail address, by forms, by links, and by mails; one for the whole desk.

Guarantees: it is counted on disk before the mail is written down, so that a relay that starts anew goes on counting;
what is kept of an address is its hash, for a day after the last mail. On the loop's thread. Distrusts the address.
"""

import hashlib
from datetime import datetime, timedelta

from relay.admission import MAILS_FORGOTTEN_S, Bucket, MailsLeft
from relay.store import EventStore, Work, tables

BY_MAILS_A_DAY = 1.0
"""Anybody can write mails in anybody's name: he gets one for the first of them, and none for the others of that day."""
BY_MAILS_A_DAY_KNOWN = 5.0
"""Of somebody in the register, who has as many requests on a bad day."""
_DAY_S = 86_400.0

_KNOWN = "SELECT at_us, at_once, a_day FROM mails_caused WHERE mailbox = ?"
_KEEP = "INSERT OR REPLACE INTO mails_caused (mailbox, at_us, at_once, a_day) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM mails_caused WHERE at_us < ?"


async def take(store: EventStore, address: str, now: datetime) -> bool:
    """Whether one more may go to `address`, in lower or upper case; `now` is aware UTC. Raises StoreFault.

    What stands behind a plus leads into the same mailbox (RFC 5233), which else would have no end of addresses.
    """
    mailbox = _hash(_mailbox(address))
    now_us = tables.microseconds(now)
    async with store.work(now) as work:
        known = await work.rows(_KNOWN, (mailbox,))
        left = MailsLeft(known[0][0] / 1e6, *known[0][1:]) if known else MailsLeft(now_us / 1e6)
        may, left = left.one_more(now_us / 1e6)
        work.beside.append((_KEEP, (mailbox, now_us, left.at_once, left.a_day)))
        work.beside.append((_FORGET, (tables.microseconds(now - timedelta(seconds=MAILS_FORGOTTEN_S)),)))
    return may


async def take_for_mail(work: Work, address: str, *, known: bool) -> bool:
    """The same for a mail of which nobody can say that it is from `address`, within the work that takes it down.

    Counted apart from forms: whoever forges mails in somebody's name takes nothing from what he asks for on the page.
    """
    mailbox, now_us = _hash(f"by mail {_mailbox(address)}"), tables.microseconds(work.now)
    most = BY_MAILS_A_DAY_KNOWN if known else BY_MAILS_A_DAY
    row = await work.rows(_KNOWN, (mailbox,))
    bucket = Bucket(most / _DAY_S, most, now=row[0][0] / 1e6 if row else now_us / 1e6, left=row[0][2] if row else None)
    may = bucket.take(now_us / 1e6)
    work.beside.append((_KEEP, (mailbox, now_us, 0.0, bucket.left)))
    return may


def _mailbox(address: str) -> str:
    """What stands behind a plus leads into the same one (RFC 5233)."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _hash(known_as: str) -> str:
    return hashlib.sha256(known_as.encode("utf-8", "replace")).hexdigest()
