"""Real mail servers for tests: Postfix takes mail by SMTP and hands it to Dovecot (LMTP), which is read by IMAP.

Both listen on the loopback only, on ports of their own, and keep everything in one folder. Postfix wants to be started
by root, as it is on the machines that run these tests.
"""

import imaplib
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

from tests.relay.mail.tokens import TokenServer

DOVECOT, POSTFIX = "/usr/sbin/dovecot", "/usr/sbin/postfix"
WAIT_S = 30.0
PASSWORD = "sesame"

_DOVECOT = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/server.crt
ssl_key = <{base}/server.key
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
mail_uid = {user}
mail_gid = {group}
mail_home = {base}/homes/%n
mail_location = maildir:{base}/homes/%n/mail
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = allow_all_users=yes uid={user} gid={group} home={base}/homes/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
protocol lmtp {{
  auth_username_format = %Ln
}}
"""

_OAUTH = """
tokeninfo_url = http://127.0.0.1:{tokens}/info?access_token=
username_attribute = user
"""

_POSTFIX = """
compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/data
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
myhostname = mail.desk.example
virtual_mailbox_domains = desk.example, firm.example, home.example
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
smtpd_recipient_restrictions =
  check_recipient_access inline:{{ {{gone@firm.example=550 5.1.1 There is nobody}} }},
  check_recipient_access inline:{{ {{busy@firm.example=451 4.3.0 Later}} }},
  permit_mynetworks, reject
default_transport = error:this server reaches nobody outside
maillog_file = {base}/postfix.log
maillog_file_prefixes = {base}
message_size_limit = 104857600
smtputf8_enable = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
bounce_queue_lifetime = 0
maximal_queue_lifetime = 0
"""

_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


def missing() -> str:
    """Why these servers cannot run here; empty: they can."""
    absent = [path for path in (DOVECOT, POSTFIX) if not Path(path).exists()]
    if absent:
        return f"{absent[0]} is not installed"
    return "" if os.geteuid() == 0 else "Postfix has to be started by root"


class MailServers:
    """Postfix and Dovecot, running."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.smtp, self.imap, self.imaps, self.lmtp, self.sasl = _free_ports(5)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.tokens = TokenServer()
        self._prepare()
        self.start_dovecot()
        self.start_postfix()

    # --- what tests do
    def send(self, sender: str, recipients: Iterable[str], message: EmailMessage | bytes) -> None:
        """As a mail program does."""
        content = message if isinstance(message, bytes) else message.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=WAIT_S) as client:
            client.sendmail(sender, list(recipients), content)

    def folder(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in somebody's mailbox, oldest first."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as client:
            client.login(user, PASSWORD)
            if client.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            found = []
            for number in client.search(None, "ALL")[1][0].split():
                answer = client.fetch(number, "(BODY.PEEK[])")[1]
                found += [part[1] for part in answer if isinstance(part, tuple)]
            return found

    def put(self, user: str, content: bytes) -> None:
        """Lays a mail into a mailbox as it is, without any server's opinion of it."""
        with imaplib.IMAP4("127.0.0.1", self.imap) as client:
            client.login(user, PASSWORD)
            assert client.append("INBOX", "", "", content)[0] == "OK"

    def log(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in self.base.glob("*.log"))

    # --- starting and stopping
    def start_dovecot(self) -> None:
        command = [DOVECOT, "-F", "-c", str(self.base / "dovecot.conf")]
        quiet = subprocess.DEVNULL
        self._dovecot = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)
        _wait_for(self.imap, self)

    def stop_dovecot(self) -> None:
        """And whoever is signed in is thrown out, as when the machine goes down."""
        os.killpg(self._dovecot.pid, signal.SIGTERM)
        self._dovecot.wait(WAIT_S)

    def start_postfix(self) -> None:
        self._postfix("start")
        _wait_for(self.smtp, self)

    def stop_postfix(self) -> None:
        self._postfix("stop")

    def stop(self) -> None:
        self.stop_postfix()
        self.stop_dovecot()
        self.tokens.stop()

    def _postfix(self, *command: str) -> None:
        subprocess.run([POSTFIX, "-c", str(self.base / "postfix"), *command], check=True, capture_output=True)

    def _prepare(self) -> None:
        base = self.base
        base.chmod(0o755)
        for parent in base.parents:  # Dovecot's user has to get there; pytest's folders are for the owner only
            if parent.stat().st_uid == os.getuid() and parent != Path("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o011)
        for name in ("homes", "data", "spool", "postfix", "state", "run"):
            (base / name).mkdir()
        shutil.chown(base / "data", "postfix")
        shutil.chown(base / "homes", "mail", "mail")
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
        names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        files = ["-keyout", str(base / "server.key"), "-out", str(base / "server.crt")]
        subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
        facts = {
            "base": base,
            "user": "mail",
            "group": "mail",
            "imap": self.imap,
            "imaps": self.imaps,
            "lmtp": self.lmtp,
            "smtp": self.smtp,
            "sasl": self.sasl,
            "password": PASSWORD,
            "tokens": self.tokens.port,
        }
        (base / "oauth2.conf").write_text(_OAUTH.format(**facts))
        (base / "dovecot.conf").write_text(_DOVECOT.format(**facts))
        (base / "postfix" / "main.cf").write_text(_POSTFIX.format(**facts))
        (base / "postfix" / "master.cf").write_text(_MASTER.format(**facts))


@contextmanager
def mail_servers(base: Path) -> Iterator[MailServers]:
    """Both, gone when the test is."""
    servers = MailServers(base)
    try:
        yield servers
    finally:
        servers.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(port: int, servers: MailServers) -> None:
    end = time.monotonic() + WAIT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise AssertionError(f"no server on port {port}\n{servers.log()}") from None
            time.sleep(0.05)
        else:
            return
