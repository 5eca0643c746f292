"""`mail`: where the desk's mail is fetched and sent; tried out before it is written down."""

import asyncio
import os
import sys
from pathlib import Path

import click
import msgspec

from relay.admin.files import AdminError
from relay.admin.options import folder_option
from relay.mail import settings as mail_settings
from relay.mail.errors import MailError
from relay.mail.settings import MailSettings, OAuth, Security, Server

PASSWORD = "ATHAND_MAIL_PASSWORD"  # noqa: S105 - the variable's name
SECRET, REFRESH_TOKEN = "ATHAND_MAIL_CLIENT_SECRET", "ATHAND_MAIL_REFRESH_TOKEN"
_PORTS = {
    ("imap", Security.TLS): 993,
    ("imap", Security.STARTTLS): 143,
    ("imap", Security.NONE): 143,
    ("smtp", Security.TLS): 465,
    ("smtp", Security.STARTTLS): 587,
    ("smtp", Security.NONE): 25,
}
_SECURITY = click.Choice([security.value for security in Security])


@click.command()
@click.option("--address", help="The desk's one mail address.")
@click.option("--imap", metavar="HOST[:PORT]", help="The server the mail is fetched from.")
@click.option("--imap-security", type=_SECURITY, default=Security.TLS.value, show_default=True)
@click.option("--smtp", metavar="HOST[:PORT]", help="The server that sends; else the one it is fetched from.")
@click.option("--smtp-security", type=_SECURITY, default=Security.STARTTLS.value, show_default=True)
@click.option("--user", help="Who signs in at both; else the address.")
@click.option("--no-sign-in-to-send", is_flag=True, help="The sending server knows this machine and wants no password.")
@click.option(
    "--tls-ca", type=click.Path(path_type=Path), help="PEM file of the servers' authority, if not a public one."
)
@click.option(
    "--authserv-id",
    metavar="NAME",
    help="Under which name the receiving server says whether a sender is genuine (Authentication-Results).",
)
@click.option("--oauth-url", metavar="URL", help="Sign in with tokens from there (OAuth 2.0), not with a password.")
@click.option("--oauth-client", metavar="ID", help="With --oauth-url: the client's ID.")
@click.option("--oauth-scope", default="", metavar="SCOPE", help="With --oauth-url: what the token is for.")
@click.option("--check", is_flag=True, help="Only try out the settings there are.")
@click.option("--off", is_flag=True, help="No mail any more; what was taken in stays.")
@folder_option
def mail(  # noqa: PLR0913, PLR0917 - one for each option
    home: Path,
    address: str | None,
    imap: str | None,
    imap_security: str,
    smtp: str | None,
    smtp_security: str,
    user: str | None,
    no_sign_in_to_send: bool,
    tls_ca: Path | None,
    authserv_id: str | None,
    oauth_url: str | None,
    oauth_client: str | None,
    oauth_scope: str,
    check: bool,
    off: bool,
) -> None:
    """Set up the desk's mailbox: every mail to it becomes a ticket, and answers go out from it.

    Both servers are tried out first. The password is asked for, or taken from ATHAND_MAIL_PASSWORD; it is kept in
    DIR/relay/mail.json, which only its owner can read. Restart the relay afterwards.

    With --oauth-url the client's secret is taken from ATHAND_MAIL_CLIENT_SECRET and the refresh token from
    ATHAND_MAIL_REFRESH_TOKEN; without a refresh token the client asks for itself.
    """
    folder = _relay_folder(home)
    if off:
        (folder / mail_settings.FILE).unlink(missing_ok=True)
        click.echo("Mail is off from the relay's next start on.")
        return
    try:
        settings = (
            _known(folder)
            if check
            else _asked(
                address,
                (imap, imap_security),
                (smtp, smtp_security),
                user,
                tls_ca,
                oauth=_oauth(oauth_url, oauth_client, oauth_scope),
                no_sign_in_to_send=no_sign_in_to_send,
            )
        )
        if authserv_id is not None:
            settings = msgspec.structs.replace(settings, authserv_id=authserv_id)
        settings.check()
        tried = _try(settings)
        if not check or tried != settings or authserv_id is not None:
            mail_settings.write(folder, tried)
    except MailError as error:
        raise AdminError(str(error)) from error
    click.echo(
        f"Mail for {settings.address} can be fetched from {settings.imap.host} and sent by {settings.smtp.host}."
    )
    if not check:
        click.echo("\nNext: start the relay anew; GET /health then says how its mail is.")


def _asked(  # noqa: PLR0913, PLR0917 - what was typed
    address: str | None,
    imap: tuple[str | None, str],
    smtp: tuple[str | None, str],
    user: str | None,
    tls_ca: Path | None,
    oauth: OAuth | None,
    *,
    no_sign_in_to_send: bool,
) -> MailSettings:
    if not address or not imap[0]:
        raise AdminError("Say at least --address and --imap; see: athand-admin mail --help")
    name, password = user or address, "" if oauth else _password(user or address)
    host = imap[0].rpartition(":")[0] or imap[0] if imap[0].count(":") == 1 else imap[0]
    sender = ("", "") if no_sign_in_to_send else (name, password)
    return MailSettings(
        address=address.lower(),
        imap=_server("imap", imap[0], imap[1], (name, password)),
        smtp=_server("smtp", smtp[0] or host, smtp[1], sender),
        tls_ca=str(tls_ca.absolute()) if tls_ca else "",
        oauth=oauth,
    )


def _oauth(url: str | None, client: str | None, scope: str) -> OAuth | None:
    if url is None:
        return None
    if not client:
        raise AdminError("Say --oauth-client, too: whose tokens they are.")
    return OAuth(url, client, os.environ.get(SECRET, ""), os.environ.get(REFRESH_TOKEN, ""), scope)


def _server(kind: str, typed: str, security: str, signed: tuple[str, str]) -> Server:
    host, colon, port = typed.rpartition(":") if typed.count(":") == 1 else (typed, "", "")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):  # noqa: PLR2004 - of TCP
        raise AdminError(f"{typed!r} is no HOST or HOST:PORT.")
    chosen = Security(security)
    return Server(host if colon else typed, int(port) if colon else _PORTS[kind, chosen], chosen, *signed)


def _password(user: str) -> str:
    password = os.environ.get(PASSWORD, "")
    if not password and sys.stdin.isatty():
        password = str(click.prompt(f"Password of {user}", hide_input=True, err=True))
    if not password:
        raise AdminError(f"The mailbox's password is missing: set {PASSWORD}.")
    return password


def _known(folder: Path) -> MailSettings:
    settings = mail_settings.read(folder)
    if settings is None:
        raise AdminError("Mail has not been set up yet; see: athand-admin mail --help")
    return settings


def _try(settings: MailSettings) -> MailSettings:
    """Signs in at both; the settings with the newest refresh token. Raises ServerFault, SettingsRefused."""
    # Slow to load, and for this command only.
    from relay.mail import post  # noqa: PLC0415
    from relay.mail.mailbox import Mailbox  # noqa: PLC0415
    from relay.mail.oauth import Tokens  # noqa: PLC0415

    renewed: list[str] = []
    tokens = None if settings.oauth is None else Tokens(settings.oauth, renewed.append)
    mailbox = Mailbox(settings, tokens)
    try:
        mailbox.open()
    finally:
        mailbox.close()

    async def call() -> None:
        async with post.connected(settings, tokens) as server:
            await server.try_out()

    asyncio.run(call())
    if settings.oauth is not None and renewed:
        return msgspec.structs.replace(
            settings, oauth=msgspec.structs.replace(settings.oauth, refresh_token=renewed[-1])
        )
    return settings


def _relay_folder(home: Path) -> Path:
    """The relay's own folder: of an administrator's, or on the relay's machine."""
    for folder in (home / "relay", home):
        if (folder / "organisation.json").is_file():
            return folder
    raise AdminError(f"There is no organisation in {home}; `athand-admin init` makes one.")
