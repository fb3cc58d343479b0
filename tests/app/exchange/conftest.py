"""Fixtures of exports and imports's tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module

import pytest

from tests.app.cli.calling import Caller

OPERATORS = "onnxscript._framework_apis.torch_2_11"
"""Where the exporter of the locked torch takes its operators from."""


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Caller:
    """Calls a verb in this process."""
    return Caller(capsys)


@pytest.fixture(autouse=True, scope="session")
def operators_read_once() -> Iterator[None]:
    """The signatures of all operators, which the exporter reads from their source code at each export, are kept."""
    with pytest.MonkeyPatch.context() as patch:
        with suppress(ImportError):
            operators = import_module(OPERATORS)
            patch.setattr(operators, "get_torchlib_ops", cache(operators.get_torchlib_ops))
        yield
