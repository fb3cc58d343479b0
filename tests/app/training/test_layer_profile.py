"""The profile of a training step: each layer apart, forward and backward, and what it keeps."""

from __future__ import annotations

import time
from typing import Any

import pytest
import torch

from app.project.presets import preset
from app.system.progress import Work
from app.training.layer_profile import LOSS, Profile, profile_steps
from graph.errors import NetloomError
from graph.project import Project
from tests.app.training.projects import DIGITS, chain, cnn, project


def profiled(made: Project, repetitions: int = 2) -> Profile:
    work = Work(profile_steps(made, None, repetitions))
    assert work.advance()
    return work.result


@pytest.fixture(scope="module")
def digits() -> Profile:
    """The small CNN on digits."""
    return profiled(project(cnn(), batch_size=20))


def test_every_layer_is_there_in_its_order_and_takes_time(digits: Profile) -> None:
    assert [layer.id for layer in digits.layers] == ["conv1", "relu1", "conv2", "flatten1", "dense1", LOSS]
    assert all(layer.forward > 0 for layer in digits.layers)
    backward = {layer.id: layer.backward > 0 for layer in digits.layers}
    assert backward == dict.fromkeys(backward, True)
    assert digits.step > 0
    assert (digits.batch, digits.device) == (20, "cpu")


def test_what_is_kept_is_what_the_backward_pass_needs(digits: Profile) -> None:
    kept = {layer.id: layer.kept for layer in digits.layers}
    pictures, maps = 20 * 64 * 4, 20 * 4 * 64 * 4
    assert (kept["conv1"], kept["relu1"], kept["conv2"]) == (pictures, maps, maps)
    assert kept["flatten1"] == 0
    assert digits.kept <= sum(kept.values())
    assert digits.kept >= pictures + maps


def test_the_slow_layer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = torch.nn.ReLU.forward

    def slow(self: torch.nn.ReLU, values: torch.Tensor) -> torch.Tensor:
        time.sleep(0.02)
        return plain(self, values)

    monkeypatch.setattr(torch.nn.ReLU, "forward", slow)
    found = {layer.id: layer.forward for layer in profiled(project(cnn())).layers}
    assert found["relu1"] >= 0.02
    assert max(found, key=lambda id_: found[id_]) == "relu1"


def test_it_leaves_random_numbers_and_threads_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    profiled(project(threads=2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("name", ["dates_encoder_decoder", "digits_autoencoder", "brackets_lstm"])
def test_networks_of_every_form_are_measured(name: str) -> None:
    made = preset(name).project
    plan: Any = made.sections["plan"]
    found = profiled(Project(made.network, {**made.sections, "plan": {**plan, "batch_size": 4}}), 1)
    ids = [layer.id for layer in found.layers]
    assert ids[-1] == LOSS and len(set(ids)) == len(ids)
    assert {*ids[:-1]} <= {node.id for node in made.network}


def test_what_does_not_learn_has_no_backward_pass() -> None:
    """The first layer has no weights, and nothing before it learns."""
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}}),
        ("pool1", "max_pool2d", {}), ("flatten1", "flatten", {}), ("dense1", "dense", {"units": 10}),
        ("output1", "output", {}),
    )  # fmt: skip
    found = {layer.id: layer.backward for layer in profiled(project(network, DIGITS)).layers}
    assert found["pool1"] == found["flatten1"] == 0 < found["dense1"]


def test_a_gan_has_no_single_step() -> None:
    with pytest.raises(NetloomError, match="no single step to profile"):
        profile_steps(project(objective="adversarial"))
