import stat
from pathlib import Path

import certifi
import pytest

from relay.mail import settings as mail_settings
from relay.mail.settings import Security
from tests.relay.admin.conftest import Admin
from tests.relay.mail.conftest import servers
from tests.relay.mail.servers import PASSWORD, MailServers
from tests.relay.mail.tokens import CLIENT, FIRST, SECRET

__all__ = ["servers"]


@pytest.fixture
def folder(fresh: Path, tmp_path: Path) -> Path:
    relay = tmp_path / "home" / "relay"
    relay.mkdir(parents=True)
    (relay / "organisation.json").write_bytes((fresh / "relay" / "organisation.json").read_bytes())
    return relay.parent


def options(servers: MailServers, **changes: str) -> list[str]:
    facts = {
        "address": "help@desk.example",
        "imap": f"localhost:{servers.imaps}",
        "smtp": f"127.0.0.1:{servers.smtp}",
        "smtp-security": "none",
        "user": "help",
        "tls-ca": str(servers.base / "server.crt"),
    }
    return [f"--{name}={value}" for name, value in (facts | changes).items()] + ["--no-sign-in-to-send"]


def test_mail_is_set_up_once_both_servers_let_it_in(
    admin: Admin, folder: Path, servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATHAND_MAIL_PASSWORD", PASSWORD)
    done = admin("mail", "--home", folder, *options(servers))
    assert done.code == 0, done
    path = folder / "relay" / mail_settings.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = mail_settings.read(path.parent)
    assert settings is not None
    assert (settings.imap.security, settings.imap.port, settings.smtp.user) == (Security.TLS, servers.imaps, "")
    assert admin("mail", "--home", folder, "--check").code == 0
    assert admin("mail", "--home", folder, "--off").code == 0
    assert not path.exists()


def test_each_mistake_gets_its_sentence_and_nothing_is_written(
    admin: Admin, folder: Path, servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATHAND_MAIL_PASSWORD", PASSWORD)

    def said(**changes: str) -> str:
        return admin("mail", "--home", folder, *options(servers, **changes)).said()

    assert "no mail address" in said(address="help at desk")
    other = folder / "other.crt"
    other.write_bytes(Path(certifi.where()).read_bytes())
    assert "certificate that is not trusted" in said(**{"tls-ca": str(other)})
    assert "is no name of a server" in said(imap="local host:993")
    assert "Connection refused" in said(imap="localhost:1")
    assert "there is no such name" in said(imap="nowhere.invalid:993")
    assert "does not speak TLS" in said(imap=f"localhost:{servers.imap}")
    assert "cannot be reached" in said(smtp="127.0.0.1:1")
    assert "another machine" in said(smtp="mail.firm.example:25")
    assert "no HOST" in said(imap="localhost:many")
    assert "cannot be read" in said(**{"tls-ca": str(folder / "nothing.pem")})
    monkeypatch.setenv("ATHAND_MAIL_PASSWORD", "wrong")
    assert "does not let 'help' in" in said()
    monkeypatch.delenv("ATHAND_MAIL_PASSWORD")
    assert "password is missing" in said()
    assert "at least --address" in admin("mail", "--home", folder).said()
    assert "not been set up" in admin("mail", "--home", folder, "--check").said()
    assert "no organisation" in admin("mail", "--home", folder / "relay" / "x").said()
    assert not (folder / "relay" / mail_settings.FILE).exists()


def test_a_mailbox_with_tokens_is_set_up_without_a_password_and_keeps_the_newest_refresh_token(
    admin: Admin, folder: Path, servers: MailServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.tokens.restart()
    monkeypatch.delenv("ATHAND_MAIL_PASSWORD", raising=False)
    monkeypatch.setenv("ATHAND_MAIL_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("ATHAND_MAIL_REFRESH_TOKEN", FIRST)
    tokens = ["--oauth-url", servers.tokens.url, "--oauth-client", CLIENT, "--oauth-scope", "help"]
    done = admin("mail", "--home", folder, *options(servers), *tokens)
    assert done.code == 0, done
    settings = mail_settings.read(folder / "relay")
    assert settings is not None
    assert settings.oauth is not None
    assert (settings.oauth.refresh_token, settings.imap.password) == ("refresh-1", "")
    assert admin("mail", "--home", folder, "--check").code == 0
    again = mail_settings.read(folder / "relay")
    assert again is not None
    assert again.oauth is not None
    assert again.oauth.refresh_token == "refresh-2"
    monkeypatch.setenv("ATHAND_MAIL_CLIENT_SECRET", "wrong")
    assert "gives no token" in admin("mail", "--home", folder, *options(servers), *tokens).said()
