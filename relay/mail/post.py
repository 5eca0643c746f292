"""Sending, by SMTP. On the loop's thread; distrusts the server.

Guarantees: `send` returns once the server has taken the mail for delivery; else it raises MailRefused (this mail) or
ServerFault (the server), with one sentence.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib

from relay.mail.errors import MailRefused, ServerFault
from relay.mail.oauth import Tokens
from relay.mail.settings import MailSettings, Security

TIMEOUT_S = 60.0
_GOODBYE_S = 2.0
"""For a server's answer to our goodbye, which changes nothing any more."""
_FOR_GOOD = 500


class Post:
    """One connection to the server that sends."""

    def __init__(self, client: aiosmtplib.SMTP, settings: MailSettings) -> None:
        """Use `connected`."""
        self._client, self._settings = client, settings

    async def try_out(self) -> None:
        """Whether the server lets us send from the desk's address; nothing is sent. Raises MailRefused, ServerFault."""
        try:
            await self._client.mail(self._settings.address)
            await self._client.rset()
        except aiosmtplib.SMTPResponseException as error:
            said = _said(error.code, error.message)
            sentence = f"{self._settings.smtp.host} lets nobody send from {self._settings.address} here: {said}"
            raise MailRefused(sentence, for_good=True) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise ServerFault(f"{self._settings.smtp.host} hung up when it was tried out.") from error

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Raises MailRefused, ServerFault."""
        try:
            await self._client.send_message(message, sender=self._settings.address, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise MailRefused(_said(first.code, first.message), for_good=first.code >= _FOR_GOOD) from error
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            raise ServerFault(f"{self._settings.smtp.host} hung up in the middle of a mail.") from error
        except aiosmtplib.SMTPResponseException as error:
            if error.code == 421:  # noqa: PLR2004 - RFC 5321, 3.8: the server goes away, whatever the mail
                raise ServerFault(_said(error.code, error.message)) from error
            raise MailRefused(_said(error.code, error.message), for_good=error.code >= _FOR_GOOD) from error
        except aiosmtplib.SMTPNotSupported as error:
            raise MailRefused(
                "The mail server does not take addresses in this script (RFC 6531).", for_good=True
            ) from error
        except (aiosmtplib.SMTPException, ValueError, UnicodeError) as error:
            raise MailRefused(f"The mail cannot be sent: {str(error)[:200]}.", for_good=True) from error


@contextlib.asynccontextmanager
async def connected(settings: MailSettings, tokens: Tokens | None = None) -> AsyncIterator[Post]:
    """A connection that is signed in, with `tokens` where the settings have no password.

    Raises ServerFault, SettingsRefused.
    """
    smtp, tls = settings.smtp, settings.tls()
    who = f"The mail server at {smtp.host}"
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.user or None,
        password=smtp.password or None,
        oauth_token_generator=None if tokens is None or not smtp.user else lambda: asyncio.to_thread(tokens.token),
        use_tls=smtp.security is Security.TLS,
        start_tls=smtp.security is Security.STARTTLS,
        tls_context=tls if smtp.security is not Security.NONE else None,
        timeout=TIMEOUT_S,
    )
    try:
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as error:
        client.close()
        raise ServerFault(f"{smtp.host} does not let {smtp.user!r} in: user, password or token is wrong.") from error
    except aiosmtplib.SMTPTimeoutError as error:
        client.close()
        raise ServerFault(f"{who} does not answer.") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise ServerFault(f"{who} cannot be reached: {_cause(error)}.") from error
    try:
        yield Post(client, settings)
    finally:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=_GOODBYE_S)
        client.close()


def _said(code: int, message: str) -> str:
    return f"{code} {' '.join(message.split())}"[:300]


def _cause(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".")
