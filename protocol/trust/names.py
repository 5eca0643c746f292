"""Guarantees that a name which passed here can be shown as it is: no control or hidden characters, no direction tricks.

Pure; any thread. Distrusts: the admin's typing, and every certificate.

A certificate's DNS name says who it is for and in which role::

    <identifier>.<role>.athand.internal        (".internal" is reserved for private use, ICANN 2024)
"""

import enum
import re
import unicodedata

from protocol.trust.errors import Distrust, TrustError

DOMAIN = "athand.internal"

# RFC 5280's upper bound for most parts of a name, in characters. The bound in bytes keeps a technician's chain within
# the 4 KiB that a relay reads before sign-in, in every script.
MAX_TEXT_CHARACTERS = 64
MAX_TEXT_BYTES = 192
MAX_PHONE_CHARACTERS = 32  # RFC 5280, ub-telephone-number
# More marks than this on one letter paint over the lines above; no living script needs them.
MAX_MARKS = 6

_IDENTIFIER = re.compile(r"[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./*#-]*(?: ?(?:x|ext\.?) ?[0-9]+)?")
# Cc control, Cf format (bidi overrides, soft hyphens, tags), Cs surrogates, Co private use, Cn unassigned, Zl, Zp.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Zero width (non-)joiners: Persian, Sinhala and others cannot be written without them.
_JOINERS = "\u200c\u200d"
# Letters by category that show as nothing (Hangul fillers, the blank Braille cell).
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")


class Role(enum.StrEnum):
    """What a certificate may be used as."""

    TECHNICIAN = "technician"
    DEVICE = "device"
    REVOCATION = "revocation"

    @property
    def subtree(self) -> str:
        """The DNS subtree of this role's certificates."""
        return f"{self.value}.{DOMAIN}"


def dns_name(identifier: str, role: Role) -> str:
    """The DNS name under which `identifier` is certified. Raises TrustError for what is no identifier."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise TrustError(Distrust.MALFORMED, "The identifier has characters it may not have.")
    return f"{identifier}.{role.subtree}"


def identifier_of(name: str, role: Role) -> str:
    """The identifier within a certificate's DNS name. Raises TrustError when the name is of another role."""
    identifier, dot, rest = name.partition(".")
    if not dot or rest != role.subtree or not _IDENTIFIER.fullmatch(identifier):
        raise TrustError(Distrust.WRONG_ROLE, f"The certificate was not issued to a {role.value}.")
    return identifier


def clean_text(text: str, what: str) -> str:
    """`text` as it is certified and shown: NFC, single plain spaces.

    Args:
        text: What was typed, in any script.
        what: How the sentence names it, such as "name".

    Raises:
        TrustError: Empty (INCOMPLETE), or with characters that are invisible or change what stands around (MALFORMED).
    """
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in text)
    cleaned = " ".join(part for part in unicodedata.normalize("NFC", spaced).split(" ") if part)
    if not cleaned:
        raise TrustError(Distrust.INCOMPLETE, f"The {what} is empty.")
    if any(_is_refused(char) for char in cleaned):
        raise TrustError(
            Distrust.MALFORMED, f"The {what} has hidden characters (control or direction signs, or unknown ones)."
        )
    if not any(unicodedata.category(char)[0] in "LN" for char in cleaned):
        raise TrustError(Distrust.INCOMPLETE, f"The {what} has no letter or digit.")
    if len(cleaned) > MAX_TEXT_CHARACTERS or len(cleaned.encode()) > MAX_TEXT_BYTES:
        raise TrustError(Distrust.TOO_LARGE, f"The {what} is longer than {MAX_TEXT_CHARACTERS} characters.")
    if _has_piled_marks(cleaned):
        raise TrustError(Distrust.MALFORMED, f"The {what} has too many marks on one letter.")
    return cleaned


def one_line(text: str) -> str:
    """What a stranger wrote, as it may stand in a line with other words: total, where `clean_text` refuses.

    Hidden characters, line breaks and direction signs become spaces, and spaces single; marks beyond MAX_MARKS on one
    letter are left out. Empty when nothing remains. No bound on the length.
    """
    kept, marks = [], 0
    for char in unicodedata.normalize("NFC", text):
        shown = " " if _is_refused(char) or unicodedata.category(char) == "Zs" else char
        marks = marks + 1 if _is_mark(shown) else 0
        if marks <= MAX_MARKS:
            kept.append(shown)
    return " ".join(part for part in "".join(kept).split(" ") if part.strip(_JOINERS))


def clean_phone(phone: str) -> str:
    """A telephone number as certified. Raises TrustError when nobody could dial it."""
    cleaned = " ".join(phone.split(" ")).strip()
    if not cleaned:
        raise TrustError(Distrust.INCOMPLETE, "The phone number is empty.")
    if len(cleaned) > MAX_PHONE_CHARACTERS or not _PHONE.fullmatch(cleaned):
        raise TrustError(
            Distrust.MALFORMED,
            f"The phone number may have digits, spaces and + ( ) - . / only, at most {MAX_PHONE_CHARACTERS}.",
        )
    return cleaned


def _is_refused(char: str) -> bool:
    return char in _BLANKS or (unicodedata.category(char) in _REFUSED_CATEGORIES and char not in _JOINERS)


def _has_piled_marks(text: str) -> bool:
    marks = 0
    for char in text:
        marks = marks + 1 if _is_mark(char) else 0
        if marks > MAX_MARKS:
            return True
    return False


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me"} or char in _JOINERS
