"""Screens of real programs at work, kept as the frames they drew: made on demand, in `~/.cache/athand`, never in git.

    python -m tests.bench.recordings            makes what is missing
    python -m tests.bench.recordings film --seed 2 --seconds 4

Another seed shows other pages, files, films and moves.
"""

from tests.bench.recordings.record import RECORDINGS, recording
from tests.bench.recordings.store import Moment, Recording

__all__ = ["RECORDINGS", "Moment", "Recording", "recording"]
