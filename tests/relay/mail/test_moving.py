"""A desk moves to another relay while mails wait: each is sent once, by the one that took the history in."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk import events
from relay.admin.__main__ import main
from relay.admin.home import RELAY_VARIABLE
from relay.store import THE_DESK, EventStore
from tests.relay.mail.post_office import EVA, PEOPLE, PostOffice, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.rig import PASSPHRASE, House, scene


def admin(*words: object) -> int:
    return main([str(word) for word in words])


async def settled(office: PostOffice) -> list[str]:
    """What Eva has once nothing waits any more."""
    relay = office.running.relay
    await office.running.until(lambda: relay._mail is not None and relay._mail._troubles["out"] == "")
    async with asyncio.timeout(30):
        while (await relay._store.rows("SELECT count(*) FROM outbox WHERE state = 'waiting'"))[0][0]:  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(0.05)
    return [text_of(mail) for mail in await office.gets(EVA, 1)]


@scene
async def test_what_waits_when_the_desk_moves_is_sent_once_by_the_relay_that_took_it_over(  # noqa: PLR0917 - fixtures
    house: House,
    servers: MailServers,
    desk: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(RELAY_VARIABLE, PASSPHRASE)
    there, file = House(tmp_path / "there"), tmp_path / "desk.jsonl"
    async with post_office(house, servers, desk) as office:
        await office.writes(EVA)
        await office.gets(EVA, 1)
        console = await office.running.console()
        await asyncio.to_thread(servers.stop_postfix)
        try:
            await console.takes(1)
            await console.ask(envelope.AddMessage, 1, "Are you there?")
            refused = await asyncio.to_thread(admin, "export", "--home", house.path, "--move", file)
        except BaseException:
            await asyncio.to_thread(servers.start_postfix)
            raise
    try:
        assert refused != 0
        assert "stop it before the desk moves" in capsys.readouterr().err
        assert not file.exists()
        assert await asyncio.to_thread(admin, "export", "--home", house.path, "--move", file) == 0
        assert "2 mails wait to be sent: by the relay that reads the file" in capsys.readouterr().out
        assert await asyncio.to_thread(admin, "import", "--home", there.path, file) == 0
        assert "2 mails wait to be sent, from here" in capsys.readouterr().out
    finally:
        await asyncio.to_thread(servers.start_postfix)
    async with post_office(house, servers, desk) as office:
        assert len(await settled(office)) == 1, "nothing goes out from the old one"
    async with post_office(there, servers, desk) as office:
        await office.gets(EVA, 3)
        said = await settled(office)
    assert len(said) == 3
    assert sum("Are you there?" in text for text in said) == 1


def test_a_desk_moves_by_a_file_and_a_copy_says_who_sends_what_waits(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(RELAY_VARIABLE, PASSPHRASE)
    one_mail_waits(house)
    assert admin("export", "--home", house.path, "--move", "-") == 2
    assert capsys.readouterr().err == "athand-admin: A desk moves by a file: say where, instead of -.\n"
    file = tmp_path / "desk.jsonl"
    assert admin("export", "--home", house.path, file) == 0
    assert "1 mail waits to be sent: by this relay." in capsys.readouterr().out
    for number, (options, said) in enumerate(
        (((), "by the relay it is from, not from here"), (("--send-waiting",), "1 mail waits to be sent, from here."))
    ):
        there = House(tmp_path / f"there {number}")
        assert admin("import", "--home", there.path, *options, file) == 0
        assert said in capsys.readouterr().out


@scene
async def one_mail_waits(house: House) -> None:
    store = await EventStore.open(house.database)
    told = events.Announced(events.NoticeKind.MAIL_ASIDE, "jana", "a mail", "mail", "Hm", "1@desk.example")
    await store.record(lambda _: (*PEOPLE, told), THE_DESK, datetime.now(UTC))
    await store.close()
