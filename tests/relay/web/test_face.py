"""The picture of whoever looks after a request, on its page: his alone, for whoever has the link alone."""

import hashlib
from datetime import timedelta
from pathlib import Path

from protocol import envelope
from relay.files.portrait import FROM_CONSOLE, portrait
from tests.relay.drawn import drawn
from tests.relay.rig import scene
from tests.relay.web.desk import Desk, desk

PICTURE, OTHER = drawn(), drawn(colour="red")
HASH, OTHERS_HASH = (hashlib.sha256(portrait(one, FROM_CONSOLE)).hexdigest() for one in (PICTURE, OTHER))


async def taken(at: Desk) -> int:
    """A request that Jana looks after; she and Petr have pictures."""
    number = await at.asked()
    jana = await at.staff()
    await jana.takes(number)
    for who, picture in (("jana", PICTURE), ("petr", OTHER)):
        assert isinstance(await jana.ask(envelope.SetFace, who, picture), envelope.FaceKept)
    return number


@scene
async def test_it_is_shown_beside_the_name_as_a_jpeg_that_nobody_guesses_at_and_only_the_reader_keeps(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await taken(at), at.visitor()
        link = at.link(number)
        page = await visitor.get(link)
        assert f'src="{link}/face/{HASH}"' in page.body
        assert "img-src 'self'" in page.headers["Content-Security-Policy"]
        shown = await visitor.get(f"{link}/face/{HASH}")
        assert shown.status == 200
        assert shown.raw == portrait(PICTURE, FROM_CONSOLE)
        facts = {name: shown.headers[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")}
        assert facts == {
            "Content-Type": "image/jpeg",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=86400, immutable",
        }


@scene
async def test_no_other_picture_and_no_other_file_is_to_be_had_there(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await taken(at), at.visitor()
        attachment = at.running.relay._shelf.put(b"an attachment")
        for asked in (OTHERS_HASH, attachment, "0" * 64, "..", "%2e%2e%2fathand.db", HASH[:63], HASH.upper()):
            assert (await visitor.get(f"{at.link(number)}/face/{asked}")).status == 404, asked


@scene
async def test_without_a_link_that_opens_the_request_there_is_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await taken(at), at.visitor()
        over = at.link(number, at=at.now() - timedelta(days=90))
        for link in (over, "/t/x", "/t/x.y", at.link(number)[:-1] + "!"):
            answer = await visitor.get(f"{link}/face/{HASH}")
            assert answer.status != 200, link
            assert answer.headers["Content-Type"].startswith("text/html")
        for path in (f"/face/{HASH}", f"/files/{HASH}", f"/t/face/{HASH}"):
            assert (await visitor.get(path)).status in (404, 405)


@scene
async def test_nobody_who_looks_after_nothing_any_more_is_shown(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        number, visitor = await at.asked(), at.visitor()
        assert "/face/" not in (await visitor.get(at.link(number))).body
        number = await taken(at)
        link = at.link(number)
        jana = await at.staff()
        await jana.ask(envelope.SetFace, "jana")
        assert "/face/" not in (await visitor.get(link)).body
        assert (await visitor.get(f"{link}/face/{HASH}")).status == 404
