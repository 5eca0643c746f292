"""A machine of its own as far as programs can tell: home directory, environment, and an end for everything on it.

Whatever happens to the process that made it, nothing of the host stays behind: a sweeper outside of it sees to that.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.stage import sweep
from tests.stage.process import Process
from tests.stage.waiting import StageError

# The programs under test are this tree's, wherever a program is started from.
TREE = Path(__file__).parent.parent.parent


class Host:
    """A virtual machine's user account; use it as a context manager.

    `language` is the person's ("de"); `person` and `computer` are what programs hear when they ask the system for the
    user's full name and the machine's (where libnss-wrapper is installed; else the real ones).

    Attributes:
        name: whose it is, for messages and file names.
        directory: the host's own directory (home, run-time files); removed at the end.
        env: the environment of whoever works here.
        processes: everything that was started here, oldest first.
    """

    def __init__(
        self,
        name: str,
        *,
        logs: Path | None = None,
        language: str = "",
        env: Mapping[str, str] | None = None,
        person: str = "",
        computer: str = "",
    ) -> None:
        self.name = name
        self.mark = secrets.token_hex(8)
        self.directory = Path()
        self.env: dict[str, str] = {}
        self.processes: list[Process] = []
        self._logs = logs
        self._language = language
        self._person = person
        self._computer = computer
        self._extra_env = dict(env or {})
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything on the host.

        Raises:
            StageError: something survived even SIGKILL.
        """
        self._stack.close()

    @property
    def logs(self) -> Path:
        """The directory with one log for each program; kept at the end only if it was given."""
        return self._logs or self.directory / "logs"

    @property
    def home(self) -> Path:
        """The home directory of whoever works here."""
        return self.directory / "home"

    def start(
        self, *argv: str, stdin: bytes = b"", cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a program here; its log is `logs/<host>-<number>-<program>.log`.

        Args:
            argv: the program and its arguments.
            stdin: what it reads before its standard input ends.
            cwd: where it starts, by default where the tests run.
            env: additions to the host's environment.
        """
        program = Path(argv[0]).name
        if program.startswith("python") and "-m" in argv:
            program = argv[argv.index("-m") + 1]
        log = self.logs / f"{self.name}-{len(self.processes):02}-{program}.log"
        process = Process(argv, env={**self.env, **(env or {})}, log=log, stdin=stdin, cwd=cwd)
        self.processes.append(process)
        return process

    def python(self, *arguments: str, env: Mapping[str, str] | None = None) -> Process:
        """Start the Python that runs the tests, e.g. `desk.python("-m", "agent")`."""
        return self.start(sys.executable, *arguments, env=env)

    def run(
        self,
        *argv: str,
        timeout_s: float = 30.0,
        stdin: str = "",
        env: Mapping[str, str] | None = None,
        codes: tuple[int, ...] = (0,),
    ) -> str:
        """Run a program here to its end and return what it printed, errors included.

        Raises:
            StageError: it ended with none of the expected exit codes, or took longer than `timeout_s` seconds.
        """
        try:
            done = subprocess.run(
                argv,
                env={**self.env, **(env or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=timeout_s,
                input=stdin,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise StageError(f"{' '.join(argv)} still runs after {timeout_s:g} s") from None
        if done.returncode not in codes:
            raise StageError(f"{' '.join(argv)} ended with {done.returncode}: {done.stdout}")
        return done.stdout

    def survivors(self) -> list[str]:
        """Command lines of all live processes of this host."""
        return [sweep.command_of(pid) for pid in sorted(sweep.marked(self.mark))]

    def _open(self, stack: ExitStack) -> None:
        # Short, because Unix sockets lie below it and their paths end at 108 bytes (unix(7)).
        self.directory = Path(tempfile.mkdtemp(prefix="athand-desk-"))
        self._start_sweeper(stack)
        self.logs.mkdir(parents=True, exist_ok=True)
        for part in ("home", "run", "config", "data", "cache", "state"):
            (self.directory / part).mkdir(mode=0o700)
        self.env = self._environment() | self._names()

    def _start_sweeper(self, stack: ExitStack) -> None:
        # Outside of the host (without its mark), in its own session: nothing that ends the tests ends it.
        sweeper = subprocess.Popen(
            [sys.executable, "-I", sweep.__file__, self.mark, str(self.directory)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

        def close() -> None:
            left = sweep.sweep(self.mark, polite_s=3.0)
            for process in self.processes:
                process.stop()
            sweeper.communicate()
            shutil.rmtree(self.directory, ignore_errors=True)
            if left:
                raise StageError(f"survived: {', '.join(sweep.command_of(pid) for pid in left)}")

        stack.callback(close)

    def _names(self) -> dict[str, str]:
        """What makes programs believe in another name of user and machine: see nss_wrapper(1)."""
        if not self._person or not any(Path("/usr/lib").glob("*/libnss_wrapper.so")):
            return {}
        passwd, group = self.directory / "passwd", self.directory / "group"
        passwd.write_text(f"{self.name}:x:{os.getuid()}:{os.getgid()}:{self._person},,,:{self.home}:/bin/sh\n")
        group.write_text(f"{self.name}:x:{os.getgid()}:\n")
        return {
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": str(passwd),
            "NSS_WRAPPER_GROUP": str(group),
            "NSS_WRAPPER_HOSTNAME": self._computer or self.name,
        }

    def _environment(self) -> dict[str, str]:
        """Build the environment from nothing, so that what the tests' own holds does not leak in."""
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            **({"LANGUAGE": self._language} if self._language else {}),
            "TZ": os.environ.get("TZ", "UTC"),
            "USER": self.name,
            "LOGNAME": self.name,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.directory / "run"),
            "XDG_CONFIG_HOME": str(self.directory / "config"),
            "XDG_DATA_HOME": str(self.directory / "data"),
            "XDG_CACHE_HOME": str(self.directory / "cache"),
            "XDG_STATE_HOME": str(self.directory / "state"),
            "PYTHONPATH": str(TREE),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
            sweep.MARK: self.mark,
            **self._extra_env,
        }
