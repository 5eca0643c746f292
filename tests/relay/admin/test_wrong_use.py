"""Wrong use gets one clear sentence and exit code 2, and changes nothing."""

import os
import pty
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relay.admin.home import OFFLINE_VARIABLE, RELAY_VARIABLE
from tests.relay.admin.conftest import OFFLINE_PASSPHRASE, RELAY_PASSPHRASE, Admin

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-m", "relay.admin"]
INIT = ("--name", "Example", "--relay-url", "wss://help.example.org")
JANA = ("--name", "Jana", "--title", "T", "--phone", "1")


PASSPHRASES = {OFFLINE_VARIABLE: OFFLINE_PASSPHRASE, RELAY_VARIABLE: RELAY_PASSPHRASE}
# Without compiled files beside the sources: a process that may write 200 bytes only would leave them cut off.
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def contents(path: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in path.rglob("*") if file.is_file() and file.name != ".lock"}


def program(
    *arguments: str | Path, limit: int | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own, at most able to write files of `limit` bytes."""

    def lower_limit() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*PROGRAM, *(str(argument) for argument in arguments)],
        cwd=ROOT,
        env=ENVIRONMENT | (PASSPHRASES if environment is None else environment),
        preexec_fn=lower_limit,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # no terminal to ask on
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", ["init", "invite", "approve", "bundle", "staff", "revoke", "refresh", "verify"])
def test_every_command_explains_itself(command: str, admin: Admin) -> None:
    outcome = admin(command, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: athand-admin {command}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["init"],
        ["init", "x", "--name", "Example"],
        ["init", "x", *INIT, "surplus"],
        ["init", "x", "--name", "", "--relay-url", "wss://a"],
        ["init", "x", "--name", "Evil\u202e", "--relay-url", "wss://a"],
        ["init", "x", "--name", "A" * 65, "--relay-url", "wss://a"],
        ["init", "x", "--name", "Example", "--relay-url", "https://a"],
        ["init", "x", *INIT, "--relay-tls-ca", "missing.pem"],
        ["init", "/proc/nowhere/x", *INIT],
        ["init", "/dev/null/x", *INIT],
        ["invite", *JANA],
        ["invite", "--home", "missing", *JANA],
        ["invite", "--home", "/dev/null", *JANA],
        ["staff"],
        ["approve"],
        ["bundle"],
        ["revoke", "Jana"],
        ["refresh"],
        ["verify"],
    ],
    ids=" ".join,
)
def test_a_mistake_gets_one_sentence(arguments: list[str], admin: Admin, tmp_path: Path) -> None:
    assert admin(*arguments).said()
    assert list(tmp_path.iterdir()) == []


def test_an_option_before_the_command_is_told_where_it_goes(admin: Admin) -> None:
    said = admin("--home", "acme", "staff").said()
    assert "come after it: athand-admin staff --home DIR." in said
    assert "?." not in said
    assert "'--home'? See" in admin("staff", "--hom3").said()
    assert "?." not in admin("stafff").said()


@pytest.mark.parametrize(
    "arguments",
    [
        ["invite", "--name", "J\x1b[2J", "--title", "T", "--phone", "1"],
        ["invite", "--name", "J\udcff", "--title", "T", "--phone", "1"],
        ["invite", "--name", "J", "--title", "T", "--phone", "call"],
        ["invite", *JANA, "--scope", "everything"],
        ["invite", *JANA, "--output", "missing/x"],
        ["bundle", "--devices", "0"],
        ["bundle", "--days", "many"],
        ["bundle", "--output", "missing/x"],
        ["bundle", "--output", "."],
        ["revoke"],
        ["revoke", "nobody"],
        ["approve", "nobody"],
        ["verify"],
        ["verify", "missing.db"],
        ["verify", "--anchor", "1"],
    ],
    ids=ascii,
)
def test_a_mistake_changes_nothing(arguments: list[str], admin: Admin, home: Path) -> None:
    before = contents(home.parent)
    assert admin(*arguments).said()
    assert contents(home.parent) == before


def test_init_does_not_overwrite(admin: Admin, home: Path) -> None:
    before = contents(home)
    assert "already" in admin("init", home, *INIT).said()
    assert contents(home) == before


def test_init_takes_an_empty_folder(admin: Admin, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert admin("init", tmp_path / "empty", *INIT).code == 0


def test_an_output_file_is_not_overwritten(admin: Admin, home: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("precious")
    before = contents(home)
    for command in (["invite", *JANA], ["bundle"]):
        assert "exists already" in admin(*command, "--output", tmp_path / "x").said()
    assert (tmp_path / "x").read_text() == "precious"
    assert contents(home) == before


def test_a_wrong_passphrase_changes_nothing(admin: Admin, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(home)
    monkeypatch.setenv(OFFLINE_VARIABLE, "not the passphrase")
    assert admin("refresh").said() == "The passphrase is wrong, or the key file damaged."
    monkeypatch.setenv(OFFLINE_VARIABLE, "\udcff" * 9)
    assert "UTF-8" in admin("refresh").said()
    assert contents(home) == before


@pytest.mark.parametrize(
    ("offline", "relay"),
    [("short", "long enough"), ("long enough", "short"), ("x" * 2000, "long enough"), ("the same one", "the same one")],
)
def test_weak_or_equal_passphrases_are_refused(
    offline: str, relay: str, admin: Admin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OFFLINE_VARIABLE, offline)
    monkeypatch.setenv(RELAY_VARIABLE, relay)
    assert "passphrase" in admin("init", tmp_path / "x", *INIT).said()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", ["register.json", "revocation.key", "revocation.crt", "root.key"])
def test_a_damaged_file_gets_a_sentence(file: str, admin: Admin, home: Path) -> None:
    for damage in (
        b"",
        b"\xff\xfe",
        b"{}" if file != "register.json" else b"[]",
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----",
    ):
        (home / "offline" / file).write_bytes(damage)
        outcome = admin("refresh")
        assert outcome.code == 2 or file == "root.key"  # the root is not needed for this
        assert "Traceback" not in outcome.err


def test_another_organisations_key_beside_the_certificate_is_noticed(admin: Admin, home: Path, tmp_path: Path) -> None:
    admin("init", tmp_path / "other", *INIT)
    (home / "offline" / "revocation.key").write_bytes((tmp_path / "other" / "offline" / "revocation.key").read_bytes())
    assert admin("refresh").said() == "The key file does not belong to the certificate beside it."


def test_a_full_disk_leaves_no_half_organisation(tmp_path: Path) -> None:
    ran = program("init", tmp_path / "x", *INIT, limit=450)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert "File too large" in ran.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert program("init", tmp_path / "x", *INIT).returncode == 0


def test_a_full_disk_leaves_the_register_and_list_as_they_were(tmp_path: Path) -> None:
    home = tmp_path / "x"
    assert program("init", home, *INIT).returncode == 0
    before = contents(home)
    commands = ["invite", *JANA, "--output", str(tmp_path / "jana")], ["bundle", "--output", str(tmp_path / "b")]
    for command in commands:
        ran = program(*command, "--home", home, limit=200)
        assert ran.returncode == 2
        assert len(ran.stderr.splitlines()) == 1
        assert contents(tmp_path) == before


def test_without_terminal_and_variable_the_sentence_names_the_variable(tmp_path: Path) -> None:
    ran = program("init", tmp_path / "x", *INIT, environment={})
    assert ran.returncode == 2
    assert (
        ran.stderr == f"athand-admin: There is no terminal to type the passphrase on; set {OFFLINE_VARIABLE} instead.\n"
    )


def test_names_are_printed_on_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    environment = PASSPHRASES | {"PYTHONIOENCODING": "ascii"}
    ran = program("init", tmp_path / "x", "--name", "株式会社", "--relay-url", "wss://a", environment=environment)
    assert (ran.returncode, ran.stderr) == (0, "")


def typed(lines: list[str], *arguments: str | Path) -> tuple[int, str]:
    """The program on a real terminal, with somebody typing; gives the exit code and what stood on the screen."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        command = [*PROGRAM, *(str(argument) for argument in arguments)]
        os.execve(sys.executable, command, ENVIRONMENT)  # noqa: S606 - a fixed list, no shell
    screen = ""
    answers = iter(lines)
    prompts = 0
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            screen += os.read(terminal, 4096).decode()
        except OSError:  # the program closed its end
            break
        if screen.count(": ") > prompts and screen.endswith(": "):
            prompts = screen.count(": ")
            os.write(terminal, next(answers).encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen


def test_new_passphrases_are_typed_twice_and_unseen(tmp_path: Path) -> None:
    answers = ["offline secret", "offline secret", "relay secret", "relay secret"]
    code, screen = typed(answers, "init", tmp_path / "x", *INIT)
    assert code == 0, screen
    assert screen.count("New passphrase") == 2
    assert screen.count("Repeat for confirmation") == 2
    assert "secret" not in screen
    assert typed(["offline secret"], "refresh", "--home", tmp_path / "x")[0] == 0


def test_a_passphrase_mistyped_the_second_time_is_asked_for_again(tmp_path: Path) -> None:
    answers = ["offline secret", "offline secert", "offline secret", "offline secret", "relay secret", "relay secret"]
    code, screen = typed(answers, "init", tmp_path / "x", *INIT)
    assert code == 0, screen
    assert "do not match" in screen
