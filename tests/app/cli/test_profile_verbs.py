"""The verb `profile`: a row for each layer, and the whole step."""

from __future__ import annotations

from app.training.runs import runs_folder
from tests.app.cli.calling import Caller


def test_layers_are_listed_with_their_share(call: Caller) -> None:
    found = call("profile", "preset:iris_mlp", "--repetitions", 1, "--json").json
    names = [layer["id"] for layer in found["layers"]]
    assert names[-1] == "loss"
    assert {"forward", "backward", "kept", "kind"} < set(found["layers"][0])
    told = call("profile", "preset:iris_mlp", "--repetitions", 1).out
    head, *rows, last = told.splitlines()
    assert head.split() == ["layer", "kind", "forward", "backward", "share", "kept"]
    assert [row.split()[0] for row in rows] == names
    assert last.startswith("A training step of ") and "kept for the backward pass" in last
    assert not runs_folder().exists()
