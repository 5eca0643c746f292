"""`bundle`: the file agents are deployed with."""

import secrets
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from protocol.trust import Bundle, Token, Tokens
from protocol.trust.enrolment import MAX_TOKENS, hash_token
from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.home import Home
from relay.admin.options import home_option, output_option
from relay.admin.people import file_name
from relay.admin.words import copied, counted


@click.command()
@click.option("--devices", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many may enrol.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 365), help="How long they may.")
@output_option("the bundle")
@home_option
def bundle(home: Home, devices: int, days: int, output: Path | None) -> None:
    """Make the file that agents are deployed with: whom to trust, where the relay is, and a token to enrol."""
    now = datetime.now(UTC)
    organisation = home.organisation()
    made = Bundle(organisation, secrets.token_urlsafe(32), now.replace(microsecond=0) + timedelta(days=days))
    path = output or Path(f"{file_name(organisation.name)}.bundle")
    with home.locked():
        tokens = home.relay.tokens().current(now)
        if len(tokens.tokens) >= MAX_TOKENS:
            raise AdminError(f"There are {MAX_TOKENS} bundles already; end them with: athand-admin revoke --bundles")
        token = Token(hash_token(made.token), made.expires_at, devices)
        with files.removed_on_failure(path, made.encode()):
            files.write(home.relay.tokens_file, Tokens((*tokens.tokens, token), tokens.invitations).encode())
    click.echo(f"Made {path} for {counted(devices, 'device')}, until {made.expires_at:%Y-%m-%d %H:%M} UTC.")
    click.echo(
        f"""
Next:
  1. {copied(home.relay.tokens_file)}
  2. Put {path} on each device and start: athand-agent --bundle {shlex.quote(path.name)}
The file lets a machine join as a helped device, no more; still, do not publish it."""
    )
