"""Using a GAN on the command line: samples from noise, verdicts on what is given, and either of the two alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.app.cli.calling import Caller
from tests.app.training.gan.test_gan_objective import gan


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GAN on digits after one epoch."""
    from app.training.trainer import train
    from app.training.training_session import begin

    path = tmp_path_factory.mktemp("runs") / "gan"
    list(train(begin(gan(epochs=1), None, path)))
    return path


def test_noise_becomes_a_sheet_of_pictures(call: Caller, run: Path, tmp_path: Path) -> None:
    sheets = [tmp_path / name for name in ("one.png", "same.png", "other.png")]
    for sheet, seed in zip(sheets, (1, 1, 2), strict=True):
        assert call("predict", run, "noise:5", "-o", sheet, "--seed", seed).code == 0
    one, same, other = (np.asarray(Image.open(sheet)) for sheet in sheets)
    assert one.shape == (2 * 100 + 4, 3 * 100 + 4, 3)
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert (one[-50:, -50:] == 255).all()  # five samples in two rows of three leave the last place free


def test_noise_becomes_values(call: Caller, run: Path, tmp_path: Path) -> None:
    assert call("predict", run, "noise:3", "-o", tmp_path / "made.npy").code == 0
    values = np.load(tmp_path / "made.npy")
    assert values.shape == (3, 1, 8, 8)
    told = call("predict", run, "noise:3", "--json").json
    np.testing.assert_allclose(told["values"], values, atol=1e-6)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("noise:0",), "no number of samples"),
        (("noise:many",), "no number of samples"),
        (("noise:2",), "-o sheet.png"),
        (("noise:2", "-o", "made.csv"), "no row of a table"),
        (("noise:2", "-o", "made.txt"), "PNG, NPY or CSV"),
    ],
)
def test_what_cannot_be_made_is_told(
    call: Caller, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in call.refused("predict", run, *words)
    assert not list(tmp_path.iterdir())


def test_points_become_a_table(tmp_path: Path) -> None:
    from app.cli.generate import _content
    from app.data.data_choice import DataChoice

    field = DataChoice.parse({"source": "blobs"}).info().input_field()
    content = _content(np.array([[1.0, 2.0], [3.0, 4.5]], np.float32), field, tmp_path / "made.csv")
    assert list(csv.reader(content.decode().splitlines())) == [["x", "y"], ["1.0", "2.0"], ["3.0", "4.5"]]


def test_a_picture_gets_a_verdict(call: Caller, run: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "digit.npy", np.zeros((1, 1, 8, 8), np.float32))
    told: dict[str, Any] = call("predict", run, tmp_path / "digit.npy", "--json").json
    (one,) = told["predictions"]
    assert set(one["probabilities"]) == {"made", "real"}
    assert sum(one["probabilities"].values()) == pytest.approx(1)


def test_a_test_counts_verdicts_on_both_kinds(call: Caller, run: Path) -> None:
    told = call("evaluate", run, "--json").json
    confusion = np.array(told["confusion"])
    assert confusion.sum(1).tolist() == [confusion[0].sum()] * 2  # as many made samples as real ones
    assert told["test"]["made_accuracy"] == pytest.approx(confusion[0, 0] / confusion[0].sum())
    assert told["test"]["real_accuracy"] == pytest.approx(confusion[1, 1] / confusion[1].sum())


@pytest.mark.parametrize("part", ["generator", "discriminator"])
def test_one_of_the_two_alone_answers_as_within_the_whole(call: Caller, run: Path, tmp_path: Path, part: str) -> None:
    import runpy

    import torch

    from app.training.objectives.adversarial import Adversarial
    from app.training.training_session import load_model

    target = tmp_path / f"{part}.py"
    assert call("export", run, "--to", "code", "--part", part, "-o", target).code == 0
    network = runpy.run_path(str(target))["load"](str(target.with_suffix(".safetensors")))
    _, model = load_model(run)
    assert isinstance(model.objective, Adversarial)
    shape = (4, 4) if part == "generator" else (4, 1, 8, 8)
    given = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    with model.evaluating():
        gan = model.objective.gan
        wanted = (gan.generator if part == "generator" else gan.discriminator)(given)
    torch.testing.assert_close(network(given), wanted, rtol=1e-5, atol=1e-5)


def test_a_network_that_is_no_gan_has_no_generator(call: Caller, tmp_path: Path) -> None:
    wanted = ("--to", "code", "--part", "generator", "-o", tmp_path / "x.py")
    assert "needs Noise" in call.refused("export", "preset:iris_mlp", *wanted)
