import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from relay.admin.__main__ import main
from relay.admin.folder import RelayFolder
from relay.admin.home import OFFLINE_VARIABLE, RELAY_VARIABLE

OFFLINE_PASSPHRASE = "offline passphrase"
RELAY_PASSPHRASE = "relay passphrase"


@dataclasses.dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    def said(self) -> str:
        """The one sentence of a command that was used wrongly."""
        assert self.code == 2, self
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("athand-admin: ")
        assert "Traceback" not in line
        return line.removeprefix("athand-admin: ")


Admin = Callable[..., Outcome]


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Admin:
    """Runs `athand-admin` with both passphrases in the environment, in a folder of its own."""
    monkeypatch.setenv(OFFLINE_VARIABLE, OFFLINE_PASSPHRASE)
    monkeypatch.setenv(RELAY_VARIABLE, RELAY_PASSPHRASE)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `init` makes; once, because stretching four passphrases takes its time."""
    path = tmp_path_factory.mktemp("fresh") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OFFLINE_VARIABLE, OFFLINE_PASSPHRASE)
        patch.setenv(RELAY_VARIABLE, RELAY_PASSPHRASE)
        assert main(["init", str(path), "--name", "Müller & Söhne", "--relay-url", "wss://help.example.org"]) == 0
    return path


@pytest.fixture
def home(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new organisation, which the commands find by themselves."""
    path = tmp_path / "home"
    shutil.copytree(fresh, path)
    monkeypatch.setenv("ATHAND_HOME", str(path))
    return path


@pytest.fixture
def folder(home: Path) -> RelayFolder:
    return RelayFolder(home / "relay")
