"""Torch's exporters tell of their progress and of their own parts, which helps nobody here."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet(level: int = logging.WARNING) -> Iterator[None]:
    """Have nothing be printed or warned of, nor anything logged up to ``level``; afterwards all is as before."""
    before = logging.root.manager.disable
    logging.disable(level)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
