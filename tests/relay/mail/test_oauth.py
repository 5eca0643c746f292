"""Mailboxes that want a token instead of a password: Dovecot asks a server of tokens whose one is."""

from collections.abc import Callable

import msgspec
import pytest

from relay.mail import settings as mail_settings
from relay.mail.errors import ServerFault, SettingsRefused
from relay.mail.mailbox import Mailbox
from relay.mail.oauth import Tokens
from relay.mail.settings import MailSettings, OAuth
from tests.relay.mail.post_office import EVA, PostOffice, mail_of
from tests.relay.mail.servers import MailServers
from tests.relay.mail.tokens import CLIENT, FIRST, SECRET
from tests.relay.rig import House, scene


def by_token(servers: MailServers, desk: str, **changes: str) -> MailSettings:
    facts = {"url": servers.tokens.url, "client": CLIENT, "secret": SECRET, "refresh_token": FIRST, "scope": desk}
    settings = mail_of(servers, desk)
    imap = msgspec.structs.replace(settings.imap, password="")
    smtp = msgspec.structs.replace(settings.smtp, user=desk)
    return msgspec.structs.replace(settings, imap=imap, smtp=smtp, oauth=OAuth(**(facts | changes)))


@scene
async def test_a_mailbox_is_signed_in_at_with_a_token_and_the_newest_refresh_token_is_kept(
    house: House, servers: MailServers, desk: str
) -> None:
    servers.tokens.restart()
    mail_settings.write(house.path, by_token(servers, desk))
    async with house.relay() as running:
        office = PostOffice(servers, running, desk)
        await office.writes(EVA)
        assert (await office.ticket(1)).address == EVA
        assert len(await office.gets(EVA, 1)) == 1
        assert f"sasl_method=XOAUTH2, sasl_username={desk}" in (servers.base / "postfix.log").read_text()
        kept = mail_settings.read(house.path)
        assert kept is not None
        assert kept.oauth is not None
        assert kept.oauth.refresh_token == "refresh-1"
        assert "token-1" not in running.log.getvalue()
    mailbox = Mailbox(kept, Tokens(kept.oauth))
    mailbox.open()
    mailbox.close()


def test_a_token_is_asked_for_again_only_when_it_runs_out(servers: MailServers, desk: str) -> None:
    servers.tokens.restart()
    oauth = by_token(servers, desk).oauth
    assert oauth is not None
    now, renewed = [0.0], list[str]()
    tokens = Tokens(oauth, renewed.append, lambda: now[0])
    assert tokens.token() == tokens.token() == "token-1"
    now[0] = 3500.0
    assert tokens.token() == "token-2"
    assert renewed == ["refresh-1", "refresh-2"]
    itself = Tokens(msgspec.structs.replace(oauth, refresh_token=""))
    itself.token()
    assert servers.tokens.asked[-1]["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secret": "wrong"}, "gives no token for the mailbox (401)"),
        ({"refresh_token": "old"}, "gives no token for the mailbox (400)"),
        ({"url": "http://127.0.0.1:1/token"}, "cannot be reached"),
    ],
)
def test_without_a_token_one_sentence_says_why(
    servers: MailServers, desk: str, change: dict[str, str], said: str
) -> None:
    servers.tokens.restart()
    settings = by_token(servers, desk, **change)
    assert settings.oauth is not None
    with pytest.raises(ServerFault) as fault:
        Mailbox(settings, Tokens(settings.oauth)).open()
    assert said in str(fault.value)
    assert SECRET not in str(fault.value)


def test_a_token_that_is_somebody_elses_opens_no_mailbox(servers: MailServers, desk: str) -> None:
    servers.tokens.restart()
    settings = by_token(servers, desk, scope="somebody")
    assert settings.oauth is not None
    mailbox = Mailbox(settings, Tokens(settings.oauth))
    with pytest.raises(ServerFault, match="does not take the token"):
        mailbox.open()
    mailbox.close()


def test_tokens_come_by_https_only(servers: MailServers, desk: str) -> None:
    check: Callable[[], None] = by_token(servers, desk, url="http://tokens.example.org/token").check
    with pytest.raises(SettingsRefused, match="no https address"):
        check()
