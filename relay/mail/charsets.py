"""Bytes as text, whatever they say they are in. Pure; distrusts every byte."""

import codecs

_NOT_FOR_TEXT = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"})
_WIDER = {"iso8859-1": "cp1252", "ascii": "", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
"""What programs mean when they say so (the WHATWG's Encoding standard, 4.2); empty: to be guessed."""


_ONE_BYTE = ("cp125", "iso8859", "koi8", "mac")
"""What almost any bytes fit: where they are UTF-8, somebody put them so and forgot to say it."""


def decoded(content: bytes, charset: str) -> str:
    """`content` as text: in `charset` if that is one and fits, else as UTF-8, else as Windows-1252."""
    said = _usable(charset)
    wide = said.startswith(("utf-16", "utf-32"))
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not wide:
        said = "utf-16"
    elif (said.startswith(_ONE_BYTE) and not content.isascii()) or (wide and b"\0" not in content):
        said, charset = "utf-8", said
    for name in (said, "utf-8", _usable(charset)):
        if name:
            try:
                return content.decode(name)
            except (UnicodeError, LookupError, ValueError):
                continue
    return content.decode("cp1252", "replace")


def plain(text: str) -> str:
    """Lines ended by a line feed, and no control characters or halves of surrogate pairs, which nothing can store."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = text.translate(_CONTROLS)
    return kept.encode("utf-8", "replace").decode("utf-8")


_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160), 0xFEFF))


def _usable(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip().strip("'\"")[:60]).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    name = _WIDER.get(name, name)
    return "" if name.replace("_", "-") in _NOT_FOR_TEXT else name
