"""A round of the battery's promises about every exporter: nothing of the machine leaves, and odd names do no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.battery.promise import Round, chance, promise

pytest.importorskip("onnx")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["nothing_of_the_machine", "exported_names"])
def test_every_exported_file(name: str, tmp_path: Path, qapp: object) -> None:
    assert promise(name).play(Round(0, chance(1, name, 0), tmp_path)) > 0
