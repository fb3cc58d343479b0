"""The data of the presets: Netloom warns of nothing that a preset's page does not explain."""

from __future__ import annotations

import json

from app.data.data_choice import DataChoice
from app.data.leakage import leaks
from app.data.prepare import prepare
from app.project.presets import Preset, presets


def by_data() -> dict[str, list[Preset]]:
    """The presets that share their data, by its section."""
    found: dict[str, list[Preset]] = {}
    for preset in presets():
        found.setdefault(json.dumps(preset.project.sections["data"], default=dict), []).append(preset)
    return found


def test_a_page_explains_every_warning_about_its_data() -> None:
    warned = []
    for sharing in by_data().values():
        found = leaks(prepare(DataChoice.parse(sharing[0].project.sections["data"])))
        for preset in sharing if found else ():
            notes = str(preset.project.sections["notes"])
            assert len(found) == 1 and "also in the training set" in found[0], (preset.id, found)
            assert "also in the training set" in notes, preset.id
            warned.append(preset.id)
    assert sorted(warned) == ["iris_mlp", "iris_softmax"]
