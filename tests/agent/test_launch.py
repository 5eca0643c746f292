from pathlib import Path

import pytest

from agent.launch import launch, release_everything


@pytest.mark.parametrize("name", ["agent.py", "queue.py", "ssl.py"])
def test_nothing_that_lies_where_the_agent_was_started_is_run_by_its_children(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "it was run"
    (tmp_path / name).write_text(f"open({str(run)!r}, 'w').close()\nraise SystemExit(0)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)  # they end at once
    launched = launch()
    launched.worker_end.close()
    launched.guard_end.close()
    for child in (launched.guard, launched.worker, release_everything()):
        child.wait(20)
    assert not run.exists()
