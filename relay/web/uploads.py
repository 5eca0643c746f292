"""Files that come with a message on the page, and their way back out. Distrusts name, kind and bytes.

Guarantees: a file is kept before the message that names it; given out, it is only ever saved, never shown or run by the
browser as part of our page. What is shown is the pictures of staff, which were drawn here (relay.files.portrait).
"""

import asyncio
import urllib.parse

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from protocol import faces
from protocol.desk import events
from protocol.desk.events import Attachment
from protocol.trust.names import one_line
from relay.files import Shelf

MAX_FILES = 4
NAME_CHARS = 255
MEDIA_TYPE_CHARS = 127
FACE_KEPT_S = 24 * 3600
"""By the reader's own browser alone: under its address, which its hash is a part of, it never changes."""


async def keep(form: FormData, shelf: Shelf) -> tuple[Attachment, ...]:
    """The files of a form, kept. Raises StoreFault."""
    kept = []
    for value in form.getlist("file"):
        if isinstance(value, UploadFile) and (value.filename or value.size):
            content = await value.read()
            name = one_line((value.filename or "").replace("\\", "/").rpartition("/")[2])[:NAME_CHARS]
            digest = await asyncio.to_thread(shelf.put, content)
            kind = one_line(value.content_type or "")[:MEDIA_TYPE_CHARS]
            kept.append(Attachment(name or "file", kind, len(content), digest))
    return tuple(kept)


async def give(entry: events.Entry, position: int, shelf: Shelf) -> Response | None:
    """A file of a message, to be saved; None: there is none. Raises StoreFault."""
    event = entry.event
    files = event.attachments if isinstance(event, events.MessageAdded | events.Opened) else ()
    if not 0 <= position < len(files) or not files[position].sha256:
        return None
    content = await asyncio.to_thread(shelf.get, files[position].sha256)
    if content is None:
        return None
    name = urllib.parse.quote(files[position].name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


async def give_face(sha256: str, shelf: Shelf) -> Response | None:
    """A picture of somebody of the staff, to be shown; None: it is not there. Raises StoreFault."""
    content = await asyncio.to_thread(shelf.get, sha256)
    if content is None:
        return None
    headers = {"Cache-Control": f"private, max-age={FACE_KEPT_S}, immutable"}
    return Response(content, media_type=faces.MEDIA_TYPE, headers=headers)
