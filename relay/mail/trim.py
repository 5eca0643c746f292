"""What somebody newly wrote, without the mails he answers, signatures and adverts: for display; the rest is kept.

Guarantees: nothing is thrown away (shown and trimmed together are all lines), and a mail never comes out empty because
of it; time grows with its length only. Pure; distrusts every line. Read line by line: the libraries for it search the
whole text with patterns whose time explodes on texts made for that purpose.
"""

import re
from collections.abc import Sequence

LINE_CHARS = 400
"""Of a line that is looked at; an introduction to a quote is shorter."""
INTRODUCTION_LINES = 3
HEADER_LINES = 8

_QUOTED = re.compile(r"\s{0,8}(?:>|\|\s)")
_WROTE = re.compile(
    r"(?:\bwrote|\bschrieb|a écrit|ha scritto|\bescribió|escreveu|\bnapsala?(?:\(a\))?|\bnapísala?|\bnapisał\(?a?\)?"
    r"|\bpisze|\bschreef|\bskrev|\bkirjoitti|\bírta|a scris|написал|пише|пишет|yazd|写道|のメール|작성)",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d|@|<")
_SEPARATOR = re.compile(
    r"[\s>*]*-{2,}\s?(?:Original Message|Ursprüngliche Nachricht|Originalnachricht|Message d'origine"
    r"|Messaggio originale|Mensaje original|Původní zpráva|Oryginalna wiadomość|Oorspronkelijk bericht"
    r"|Oprindelig meddelelse|Ursprungligt meddelande|Alkuperäinen viesti|Forwarded message|Weitergeleitete Nachricht)",
    re.IGNORECASE,
)
_INDENTED = re.compile(
    r"\s{2,12}(?:On|Am|Le|Il|El|Em|Dne|Op)\s[^<>\n]{0,150}\d[^<>\n]{0,150}<[^<>\s]{3,250}>[^<>\n]{0,40}[::]\s*$"
)
"""Yahoo's introduction to a quote that no line of is marked as one."""
_RULE = re.compile(r"\s*(?:_{20,}|\* \* \*)\s*$")
_FROM = re.compile(r"[\s>*]*(?:From|Von|De|Da|Od|Van|Fra|Från|Lähettäjä|Feladó|От|差出人|发件人)\s?\*?\s?[::]")
_FIELD = re.compile(
    r"[\s>*]*(?:Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Inviato|Data|A|Oggetto|Enviado"
    r"|Para|Asunto|Odesláno|Komu|Předmět|Wysłano|Do|Temat|Verzonden|Aan|Onderwerp|Sendt|Til|Emne|Skickat|Till|Ämne"
    r"|Lähetetty|Vastaanottaja|Aihe|Kopie|Kopia|DW|Отправлено|Кому|Тема)\s?\*?\s?[::]"
)
_SIGNATURE = re.compile(r"--\s?$")
_ADVERT = re.compile(
    r"\s*(?:Sent from my |Sent from (?:Mail|Outlook|Yahoo|Samsung)|Get Outlook for |Von meinem \S+ gesendet"
    r"|Gesendet von|Diese Nachricht wurde von meinem|Envoyé de(?:puis)? mon|Inviato da(?:l mio)? |Enviado desde mi"
    r"|Odesláno z|Wysłano z|Verzonden vanaf|Sendt fra|Skickat från min|Lähetetty )",
    re.IGNORECASE,
)


def trim(text: str) -> tuple[str, str]:
    """What was newly written, and what was trimmed; the first is empty only if `text` is.

    Answers between the lines of a quote keep the quote: without it nobody would understand them.
    """
    lines = text.split("\n")
    signed = _signature_begins(lines)
    quoted = _quote_begins(lines[:signed])
    for begin in (_advert_begins(lines[:quoted]), quoted, signed):
        shown = "\n".join(lines[:begin]).strip("\n").rstrip()
        if shown.strip():
            return shown, "\n".join(lines[begin:]).strip("\n")
    return text.strip("\n"), ""


def _quote_begins(lines: Sequence[str]) -> int:
    """The first line of earlier mails that run to the end; the number of lines where there are none."""
    last = _last_own_line(lines)
    for number, line in enumerate(lines):
        looked_at = line[:LINE_CHARS]
        is_yahoos = _INDENTED.match(looked_at) and _WROTE.search(looked_at)
        if _SEPARATOR.match(looked_at) or is_yahoos or _is_header_block(lines, number):
            return _without_rule(lines, number)
        if number > last:
            return _with_introduction(lines, number)
    return len(lines)


def _last_own_line(lines: Sequence[str]) -> int:
    """The last line that is neither quoted nor empty; -1 if there is none."""
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].strip() and not _QUOTED.match(lines[number][:LINE_CHARS]):
            return number
    return -1


def _with_introduction(lines: Sequence[str], number: int) -> int:
    """Where a quote at the end begins, with "On Monday, Jana wrote:" above it."""
    if not any(_QUOTED.match(line[:LINE_CHARS]) for line in lines[number:]):
        return len(lines)  # empty lines only
    above = number - 1
    introduction = ""
    for first in range(above, max(above - INTRODUCTION_LINES, -1), -1):
        introduction = f"{lines[first][:LINE_CHARS].strip()} {introduction}".strip()
        if introduction.endswith((":", ":")) and _WROTE.search(introduction) and _DATED.search(introduction):
            return _whole_introduction(lines, first)
        if not lines[first].strip():
            break
    return number


def _whole_introduction(lines: Sequence[str], first: int) -> int:
    """A line that ends in "wrote:" may begin on the line above."""
    above = lines[first - 1][:LINE_CHARS].strip() if first else ""
    if above and not re.match(r"(?:On|Am|Le|Il|El|Dne|Op|Den|Em|W dniu)\b", lines[first].lstrip()):
        begins = re.match(r"(?:On|Am|Le|Il|El|Dne|Op|Den|Em|W dniu)\s.*\d", above)
        return first - 1 if begins else first
    return first


def _is_header_block(lines: Sequence[str], number: int) -> bool:
    """Outlook's way to begin a quote: From, and at least two of Sent, To, Subject below."""
    if not _FROM.match(lines[number][:LINE_CHARS]):
        return False
    found = sum(1 for line in lines[number + 1 : number + HEADER_LINES] if _FIELD.match(line[:LINE_CHARS]))
    return found >= 2  # noqa: PLR2004 - one could be a sentence


def _without_rule(lines: Sequence[str], number: int) -> int:
    """Outlook draws a line above; empty lines may stand between."""
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above][:LINE_CHARS]) else number


def _signature_begins(lines: Sequence[str]) -> int:
    """The line of two hyphens (RFC 3676, 4.3), with or without the blank that many programs drop."""
    return next((number for number, line in enumerate(lines) if number and _SIGNATURE.match(line)), len(lines))


def _advert_begins(lines: Sequence[str]) -> int:
    last = len(lines) - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    return last if last > 0 and _ADVERT.match(lines[last][:LINE_CHARS]) else len(lines)
