"""The relay's log: one JSON object a line on stderr. Configured for this program only, not for the whole process."""

import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger


def make_log(stream: TextIO | None = None) -> FilteringBoundLogger:
    """A logger that writes to `stream`, or stderr."""
    return cast(
        FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.WriteLogger(stream or sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        ),
    )


def silent_library_log() -> logging.Logger:
    """For the websocket library, whose lines would repeat what is counted here, once for each hostile byte."""
    logger = logging.Logger("relay.websockets", level=logging.CRITICAL + 1)  # noqa: LOG001 - not in the global tree
    logger.addHandler(logging.NullHandler())
    return logger
