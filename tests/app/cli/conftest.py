"""Fixtures of the command line's tests."""

from __future__ import annotations

import pytest

from tests.app.cli.calling import Caller


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Caller:
    """Calls a verb: ``call("check", "preset:iris_mlp", "--json")``."""
    return Caller(capsys)
