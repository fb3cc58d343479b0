"""Fixtures of the journeys."""

from __future__ import annotations

import pytest

from tests.app.cli.calling import Caller


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Caller:
    """Calls a verb in this process."""
    return Caller(capsys)
