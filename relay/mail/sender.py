"""Whether a mail came from whom it says: as the server that took it in says so. Pure; distrusts the mail.

A header `Authentication-Results` (RFC 8601) counts only under the name that the desk's own server signs it with; that
server takes such headers from outside away (5, "Removing Existing Header Fields"). A sender is confirmed when DMARC
(RFC 7489) passes for his very domain; or, where nobody speaks of DMARC, when DKIM, SPF or a sign-in passes for it.

Guarantees that nothing but the server's own word confirms anybody, that of two words that differ the worse counts, and
that nobody is confirmed by a header From that could be read in two ways: the server may have read it in the other.
"""

import enum
from collections.abc import Iterator
from email.message import Message

import authres

from relay.mail.headers import MAX_HEADER_CHARS, only_address, unfolded

MAX_HEADERS = 10
"""A server writes one, or one for each of its filters."""
_HEADER = "authentication-results"
_ALIGNED = {
    "dkim": (("header", "d"), ("header", "i")),
    "spf": (("smtp", "mailfrom"),),
    "auth": (("smtp", "auth"),),
}
"""What passed, and which of its properties says for whom."""


class Sender(enum.Enum):
    """What is known of where a mail comes from."""

    NOT_ASKED = "not_asked"
    """The desk was not told whose word counts."""
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    """It may be forged: it is read, and decides nothing."""


def sender_of(message: Message, address: str, authserv_id: str) -> Sender:
    """What the server `authserv_id` says of a mail that says it is from `address`; empty: nobody is asked."""
    if not authserv_id:
        return Sender.NOT_ASKED
    results = list(_results(message, authserv_id))
    domain = address.rpartition("@")[2]
    if only_address(message, "From") != address:
        return Sender.UNCONFIRMED  # the server may have looked at another one than we do
    dmarc = [result.result for result in results if result.method == "dmarc"]
    if dmarc and any(word != "none" for word in dmarc):
        named = [_property(result, "header", "from") for result in results if result.method == "dmarc"]
        passed = all(word == "pass" for word in dmarc) and all(_names(name, domain) for name in named)
    else:
        passed = any(_passes_for(result, domain) for result in results)
    return Sender.CONFIRMED if passed and domain else Sender.UNCONFIRMED


def _results(message: Message, authserv_id: str) -> Iterator[authres.AuthenticationResult]:
    """What the server says; a header that cannot be read says nothing."""
    found = [str(value) for name, value in message.raw_items() if name.lower() == _HEADER]
    for value in found[:MAX_HEADERS]:
        try:
            header = authres.AuthenticationResultsHeader.parse_value(unfolded(value[:MAX_HEADER_CHARS]))
        except (authres.AuthResError, ValueError, IndexError, TypeError, AttributeError, RecursionError):
            continue
        if str(header.authserv_id).lower() == authserv_id.lower():
            yield from header.results


def _passes_for(result: authres.AuthenticationResult, domain: str) -> bool:
    if result.result != "pass" or result.method not in _ALIGNED:
        return False
    return any(_same(_property(result, *where), domain) for where in _ALIGNED[result.method])


def _property(result: authres.AuthenticationResult, kind: str, name: str) -> str:
    return next((str(p.value) for p in result.properties if (p.type, p.name) == (kind, name)), "")


def _names(named: str, domain: str) -> bool:
    """Whether a domain or address is of this very domain: DMARC speaks of the one in From (RFC 8601, 2.7.4)."""
    return named.rpartition("@")[2].strip().lower().rstrip(".") == domain.lower().rstrip(".")


def _same(named: str, domain: str) -> bool:
    """Whether a domain or address is of this domain, or of one above or below it (RFC 7489, 3.1: relaxed)."""
    named, domain = named.rpartition("@")[2].strip().lower().rstrip("."), domain.lower().rstrip(".")
    if not named or not domain or "." not in named or "." not in domain:
        return False
    return named == domain or named.endswith(f".{domain}") or domain.endswith(f".{named}")
