"""A trained network is used: samples to start from, and predictions of new ones with what the layers give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.inference.predict import predict
from app.protocol.framing import Decoder, encode
from app.protocol.inference_messages import DescribeInputs, PredictNewSample, ReadSample
from app.training.runs import Run
from app.training.trainable import Model
from app.training.trainer import train
from app.training.training_session import begin, load_model
from app.worker.inference_requests import describe_inputs, predict_new_sample, read_sample
from graph.errors import NetloomError
from graph.project import read_project
from tests.app.training.projects import cnn, project


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Model]:
    session = begin(project(cnn()), None, tmp_path_factory.mktemp("runs") / "run")
    list(train(session))
    return load_model(session.run.path)


def untrained(preset: str) -> Model:
    return Model.build(read_project(Path(f"presets/{preset}.netloom")))


def test_a_sample_of_the_test_set_is_predicted_as_predict_does(digits: tuple[Run, Model]) -> None:
    run, model = digits
    read = read_sample(model, ReadSample(place=5))
    assert read.count == model.prepared.test.samples and read.index == model.prepared.test.indices[5]
    reply = predict_new_sample(model, PredictNewSample(sample=read.sample, layers=("conv1", "dense1")))
    [said] = predict(run.path, {"image": np.asarray(read.sample.arrays["image"])[None]})
    [output] = reply.outputs
    assert output.chosen == (said["index"],)
    np.testing.assert_allclose(output.values, list(said["probabilities"].values()), rtol=1e-5)
    assert output.sure == pytest.approx(said["probabilities"][said["class"]])
    assert {id_: picture.values.shape for id_, picture in reply.cards.items()} == {
        "conv1": (4, 8, 8),
        "dense1": (1, 1, 10),
    }


def test_samples_are_counted_on_from_the_first(digits: tuple[Run, Model]) -> None:
    _, model = digits
    count = model.prepared.test.samples
    first, again = (read_sample(model, ReadSample(place=place)) for place in (0, count))
    assert (again.place, again.index) == (0, first.index)
    assert read_sample(model, ReadSample(place=-1)).place == count - 1
    with pytest.raises(NetloomError, match="no samples"):
        read_sample(model, ReadSample(part="nothing"))


def test_a_picture_file_is_a_sample(digits: tuple[Run, Model], tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.full((16, 16), 255, np.uint8)).save(tmp_path / "white.png")
    read = read_sample(digits[1], ReadSample(path=tmp_path / "white.png"))
    assert read.count == 1 and read.index == -1 and read.target is None
    assert read.sample.arrays["image"].shape == (1, 8, 8) and read.sample.arrays["image"].min() == 1.0


@pytest.mark.parametrize(
    ("preset", "editor", "kind"),
    [
        ("digits_rnn", "picture", "classes"),
        ("several_shapes", "picture", "labels"),
        ("iris_mlp", "row", "classes"),
        ("reviews_lstm", "text", "classes"),
        ("dates_attention", "text", "text"),
        ("seasons_lstm", "values", "numbers"),
        ("lines_ctc", "values", "text"),
        ("digits_autoencoder", "picture", "numbers"),
        ("digits_gan", "picture", "classes"),
    ],
)
def test_every_kind_of_network_can_be_used(preset: str, editor: str, kind: str) -> None:
    """Messages travel as well: what the window gets is what was said."""
    model = untrained(preset)
    described = describe_inputs(model, DescribeInputs())
    assert [form.editor for form in described.forms] == [editor]
    read = read_sample(model, ReadSample())
    layers = tuple(model.project.network.ordered())
    request = PredictNewSample(sample=replace(read.sample), layers=layers)
    reply = predict_new_sample(model, request)
    assert [output.kind for output in reply.outputs] == [kind]
    assert reply.cards
    for message in (described, read, request, reply):
        [sent] = Decoder().feed(encode(message))
        assert type(sent.message) is type(message)
