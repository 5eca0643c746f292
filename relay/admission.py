"""How much one address, one identity, and all together may ask: token buckets. Pure; seconds are passed in.

Guarantees bounded memory however many addresses come: the least recently seen are forgotten, and an address that was
forgotten starts with a full bucket, which costs no more than what all together are allowed.
"""

import collections
import ipaddress

from msgspec import Struct

from protocol import limits

KEPT_BUCKETS = 20_000
MAILS_AT_ONCE = (1 / 300, 3.0)
"""To one mail address: one in five minutes, three at once."""
MAILS_A_DAY = (20 / 86_400, 20.0)
"""And twenty, that come back over a day: more than anybody asks for by forms, and nothing that buries his mail."""
MAILS_FORGOTTEN_S = MAILS_A_DAY[1] / MAILS_A_DAY[0]


class Bucket:
    """Fills at `rate` a second up to `burst`; `take` takes one, or as many as are asked for."""

    __slots__ = ("_at", "_burst", "_rate", "left")

    def __init__(self, rate: float, burst: float, *, now: float, left: float | None = None) -> None:
        """Full at `now` (seconds), or with so much `left`."""
        self._rate, self._burst = rate, burst
        self.left, self._at = burst if left is None else left, now

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Whether there was one left, or `amount`; else none is taken."""
        self.left = min(self._burst, self.left + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self.left < amount:
            return False
        self.left -= amount
        return True


class Buckets:
    """One bucket for each key, the most recently used KEPT_BUCKETS of them."""

    def __init__(self, rate: float, burst: float, *, kept: int = KEPT_BUCKETS) -> None:
        """All alike."""
        self._rate, self._burst, self._kept = rate, burst, kept
        self._buckets: collections.OrderedDict[str, Bucket] = collections.OrderedDict()

    def take(self, key: str, now: float, amount: float = 1.0) -> bool:
        """Whether `key` had one left, or `amount`; else none is taken."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._rate, self._burst, now=now)
            if len(self._buckets) > self._kept:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now, amount)

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._buckets)


class MailsLeft(Struct, frozen=True):
    """How many mails strangers may still cause to one mail address, by whatever they do.

    Attributes:
        at_s: when that was so, seconds since 1970; MAILS_FORGOTTEN_S later as many as ever are left.
        at_once: soon after each other; a_day: in all.
    """

    at_s: float
    at_once: float = MAILS_AT_ONCE[1]
    a_day: float = MAILS_A_DAY[1]

    def one_more(self, now_s: float) -> tuple[bool, "MailsLeft"]:
        """Whether one more may go there, and what is left then."""
        at_once = Bucket(*MAILS_AT_ONCE, now=self.at_s, left=self.at_once)
        a_day = Bucket(*MAILS_A_DAY, now=self.at_s, left=self.a_day)
        may = at_once.take(now_s) and a_day.take(now_s)
        if not may:
            a_day.take(now_s, 0)  # it fills while it is not asked, too
        return may, MailsLeft(now_s, at_once.left, a_day.left)


class SignIns:
    """Who may try to sign in: by address, and in all."""

    def __init__(self, *, now: float) -> None:
        """With the rates of protocol.limits."""
        self._by_address = Buckets(*limits.SIGN_INS_PER_ADDRESS)
        self._in_all = Bucket(*limits.SIGN_INS_IN_ALL, now=now)

    def take(self, address: str, now: float) -> str | None:
        """None, or the name of the bound that was met."""
        if not self._by_address.take(address_key(address), now):
            return "too_many_sign_ins_from_address"
        if not self._in_all.take(now):
            return "too_many_sign_ins"
        return None


def address_key(address: str) -> str:
    """The IPv4 address, or the IPv6 /64: what one subscriber usually has. Anything else counts as one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
