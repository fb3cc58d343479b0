"""Every data set that ships: what is said about it without loading is what loading gives."""

import subprocess
import sys

import numpy as np
import pytest

from app.data.data_choice import DataChoice
from app.data.dataset import Dataset, Field, Task
from app.data.prepare import prepare
from app.data.source_catalogue import SHIPPED, datasets, source, sources
from app.data.sources.bundled import DIGITS, Digits
from app.data.sources.source import Source
from app.data.sources.synthetic.brackets import Brackets
from app.data.sources.synthetic.dates import Dates
from app.data.sources.synthetic.digit_lines import DigitLines
from app.data.sources.synthetic.fleet import Fleet
from app.data.sources.synthetic.letters import XOrO
from app.data.sources.synthetic.memory_tasks import Adding, BinaryAddition
from app.data.sources.synthetic.points import Blobs, Checkerboard, Spirals, Xor
from app.data.sources.synthetic.reviews import Reviews
from app.data.sources.synthetic.scenes import Clips
from app.data.sources.synthetic.waves import Seasons, Sine
from app.data.split import Split
from graph.errors import NetloomError
from graph.shapes import Kind, image, sequence, vector

VARIANTS: list[Source] = [kind() for kind in SHIPPED] + [
    Digits(size=28),
    Digits(size=12, layout="rows"),
    Digits(layout="vector"),
    Spirals(samples=101, noise=0.0, turns=3.0),
    Sine(window=7, horizon=3, stride=5),
    Seasons(steps=400, window=24, horizon=12),
    Blobs(clouds=5),
    Checkerboard(squares=5),
    XOrO(size=32, shift=4.0),
    Fleet(machines=6, layout="picture", stride=7),
    Fleet(machines=6, window=150),
    Adding(samples=50, steps=30, shortest=10),
    BinaryAddition(samples=50, bits=12, shortest=3),
    Brackets(samples=50, kinds=1, longest=9),
    Brackets(samples=50, kinds=3, longest=40, shortest=20, depth=2),
    BinaryAddition(samples=200, bits=12, shortest=3, trained=6),
    Reviews(samples=50, seed=3),
    Dates(samples=50, years=500),
    DigitLines(samples=20, layout="picture", gap=0, wobble=0),
    Clips(samples=20, frames=5, size=12),
]


def lengthy(dataset: Dataset) -> list[Field]:
    return [field for field in dataset.fields.values() if field.lengths]


@pytest.mark.parametrize("chosen", VARIANTS, ids=repr)
def test_what_is_past_the_end_of_a_sample_is_zero(chosen: Source) -> None:
    dataset = chosen.load()
    for field in lengthy(dataset):
        lengths = dataset.field_named(field.lengths).values
        assert lengths.min() >= 1 and lengths.max() <= (field.values.shape[1] if field.vocabulary else 10**6)
        if field.shape.kind in (Kind.TOKENS, Kind.SEQUENCE):
            past = np.arange(field.values.shape[1]) >= lengths
            assert not field.values[past].any()


@pytest.mark.parametrize("chosen", VARIANTS, ids=repr)
def test_info_equals_what_loading_gives(chosen: Source) -> None:
    dataset = chosen.load()
    assert dataset.info == chosen.info()
    for field in dataset.fields.values():
        if field.classes:
            assert field.shape == vector(len(field.classes))
            assert field.values.dtype == np.int64
            assert set(np.unique(field.values)) == set(range(len(field.classes)))
        elif field.vocabulary or field.units == ("steps",):
            assert field.values.dtype == np.int64
            assert field.values.min() >= 0
            assert field.values.max() < len(field.vocabulary) or not field.vocabulary
        else:
            assert field.values.dtype == np.float32
        if not field.classes:
            assert field.values.shape == (dataset.samples, *field.shape.sizes)
            assert np.isfinite(field.values).all()
        assert len(field.values) == dataset.samples
        for named in (field.names, field.units):
            assert not named or len(named) == field.shape.features


@pytest.mark.parametrize("chosen", VARIANTS, ids=repr)
def test_same_settings_give_the_same_samples(chosen: Source) -> None:
    first, again = chosen.load(), type(chosen).parse(chosen.values(), "again").load()
    for name, field in first.fields.items():
        np.testing.assert_array_equal(field.values, again.fields[name].values)


@pytest.mark.parametrize("kind", [kind for kind in SHIPPED if "seed" in kind.model_fields])
def test_another_seed_gives_other_samples(kind: type[Source]) -> None:
    one, other = kind().load(), kind().changed(seed=1).load()
    assert not np.array_equal(one.input_field().values, other.input_field().values)


@pytest.mark.parametrize("kind", sources())
def test_every_source_explains_itself(kind: type[Source]) -> None:
    assert kind.summary().endswith((".", ";", "?"))
    assert all(setting.help for setting in kind.settings())
    assert source(kind.kind) is kind


def test_kinds_are_unique() -> None:
    kinds = [kind.kind for kind in sources()]
    assert len(kinds) == len(set(kinds))


def test_catalogue_says_what_the_command_line_promises() -> None:
    facts = {info.id: info.to_json() for info in datasets()}
    assert list(facts)[:5] == ["digits", "iris", "wine", "breast_cancer", "diabetes"]
    assert facts["digits"] | {"samples": 1797, "shape": [1, 8, 8], "task": "classification"} == facts["digits"]
    assert facts["digits"]["classes"] == list("0123456789")
    assert facts["diabetes"]["task"] == "regression"
    assert facts["sine"]["task"] == facts["seasons"]["task"] == "forecasting"


def test_digits_are_drawn_as_chosen() -> None:
    small, large = Digits().load(), Digits(size=32).load()
    assert large.input_field().shape == image(1, 32, 32)
    assert float(large.input_field().values.min()) >= 0.0 and float(large.input_field().values.max()) <= 1.0
    # An enlarged picture, averaged over its 4 x 4 blocks, still resembles the small one.
    blocks = large.input_field().values.reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4))
    assert np.corrcoef(blocks.ravel(), small.input_field().values.ravel())[0, 1] > 0.95


def test_rows_of_digits_are_the_rows_of_the_picture() -> None:
    rows, picture = Digits(layout="rows").load().input_field(), Digits().load().input_field()
    assert rows.shape == sequence(8, 8)
    np.testing.assert_array_equal(rows.values, picture.values[:, 0])


def test_diabetes_is_in_its_own_units() -> None:
    field = source("diabetes")().load().target_field()
    assert (float(field.values.min()), float(field.values.max())) == (25.0, 346.0)


def test_a_window_is_followed_by_its_target() -> None:
    dataset = Sine(noise=0.0, period=10.0, window=4, horizon=2, stride=3).load()
    assert dataset.spans is not None
    series = np.sin(2 * np.pi * np.arange(1000) / 10.0)
    for sample, (start, end) in enumerate(dataset.spans):
        both = np.concatenate([dataset.input_field().values[sample, :, 0], dataset.target_field().values[sample]])
        np.testing.assert_allclose(both, series[start:end], atol=1e-6)


def test_xor_belongs_together_by_sign() -> None:
    dataset = Xor(noise=0.0).load()
    x, y = dataset.input_field().values.T
    np.testing.assert_array_equal(dataset.target_field().values, (x * y < 0).astype(np.int64))


def test_fields_say_what_learning_them_means() -> None:
    info = Digits().info()
    assert info.task_for() is Task.CLASSIFICATION
    assert info.task_for("image") is Task.RECONSTRUCTION
    assert (info.role("image"), info.role("digit")) == ("input", "target")
    with pytest.raises(NetloomError, match="has no field “colour”; it has image, digit"):
        info.field_named("colour")


def test_a_series_too_short_for_its_window_is_refused() -> None:
    with pytest.raises(NetloomError, match="too few for a window of 50"):
        Sine(steps=50).info()


@pytest.mark.parametrize("kind", SHIPPED)
def test_shipped_data_prepares_with_standard_settings(kind: type[Source]) -> None:
    prepared = prepare(DataChoice.of(kind.kind))
    assert all(part.samples > 0 for part in prepared.parts.values())
    field = prepared.dataset.input_field()
    scaled = field.shape.kind is not Kind.TOKENS and not field.fixed
    assert (field.name in prepared.scalers) is scaled
    if scaled:
        assert abs(float(prepared.train.arrays[field.name].mean())) < 1e-3
    else:
        np.testing.assert_array_equal(prepared.train.arrays[field.name], field.values[prepared.train.indices])


def test_naming_the_data_sets_loads_nothing_heavy() -> None:
    script = (
        "import sys; from app.data.source_catalogue import datasets; import app.data.prepare, app.data.inspect;"
        " datasets();"
        "print([name for name in ('sklearn', 'pandas', 'torch', 'PIL', 'PySide6', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_some_digits_are_kept_and_numbered_anew() -> None:
    all_, some = Digits().load(), Digits(digits=(9, 5, 7)).load()
    assert some.target_field().classes == ("5", "7", "9")
    true, kept = np.asarray(all_.target_field().values), np.asarray(some.target_field().values)
    assert np.bincount(true).tolist() == list(DIGITS)
    chosen = np.isin(true, (5, 7, 9))
    np.testing.assert_array_equal(np.array([5, 7, 9])[kept], true[chosen])
    np.testing.assert_array_equal(some.input_field().values, np.asarray(all_.input_field().values)[chosen])
    assert Digits(digits=(9, 5, 7)).info().samples == len(kept)


@pytest.mark.parametrize("count", [1, 5, 20])
def test_a_few_pictures_of_each_digit_are_to_learn_from_and_all_others_for_the_test(count: int) -> None:
    choice = DataChoice.of("digits", digits=(5, 6, 7, 8, 9), per_class=count)
    split = Split(train=0.9, validation=0.0, test=0.1)
    prepared = prepare(choice.model_copy(update={"split": split}))
    assert np.bincount(prepared.train.arrays["digit"]).tolist() == [count] * 5
    assert prepared.test.samples == sum(DIGITS[5:]) - 5 * count
    assert prepared.validation.samples == 0
