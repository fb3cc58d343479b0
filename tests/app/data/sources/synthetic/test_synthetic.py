"""Sets made from a seed: what they ask for is found again by a way of its own."""

import datetime
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from app.data.data_choice import DataChoice, named_set
from app.data.dataset import Array, Dataset, Task
from app.data.prepare import prepare
from app.data.sources.synthetic.brackets import WAYS, Brackets, is_balanced, reordered
from app.data.sources.synthetic.dates import MONTHS, Dates
from app.data.sources.synthetic.digit_lines import DigitLines
from app.data.sources.synthetic.fleet import SENSORS, Fleet
from app.data.sources.synthetic.letters import XOrO
from app.data.sources.synthetic.memory_tasks import Adding, BinaryAddition
from app.data.sources.synthetic.points import Blobs, Checkerboard, Circles, Moons
from app.data.sources.synthetic.scenes import COLOURS, Captions, Clips
from app.data.sources.synthetic.several_shapes import LABELS, SeveralShapes
from app.data.sources.synthetic.waves import Seasons
from graph.shapes import image, sequence, tokens, video


def words(dataset: Dataset, field: str, row: int) -> list[str]:
    held = dataset.fields[field]
    return [held.vocabulary[int(token)] for token in held.values[row] if token]


def test_moons_are_half_circles_that_a_line_cannot_part() -> None:
    dataset = Moons(noise=0.0, gap=0.5).load()
    (x, y), label = dataset.input_field().values.T, dataset.target_field().values
    middle = np.where(label == 0, -0.5, 0.5)
    lifted = np.where(label == 0, y + 0.25, 0.25 - y)
    np.testing.assert_allclose(np.hypot(x - middle, lifted), 1.0, atol=1e-5)
    assert (lifted >= -1e-6).all()


def test_points_of_a_cloud_are_nearest_to_its_middle() -> None:
    dataset = Blobs(noise=0.05, clouds=4).load()
    points, labels = dataset.input_field().values, dataset.target_field().values
    middles = np.stack([points[labels == label].mean(axis=0) for label in range(4)])
    nearest = np.linalg.norm(points[:, None] - middles[None], axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest, labels)


def test_the_inner_circle_lies_in_the_outer() -> None:
    dataset = Circles(noise=0.0, ratio=0.25).load()
    radius = np.hypot(*np.asarray(dataset.input_field().values).T)
    inner = np.asarray(dataset.target_field().values) == dataset.target_field().classes.index("inner")
    np.testing.assert_allclose(radius, np.where(inner, 0.25, 1.0), atol=1e-6)


def test_a_load_swings_around_50_mw_and_comes_again_each_week() -> None:
    source = Seasons(noise=0.0, trend=0.0, daily=0.0, weekly=3.0, window=168, horizon=168, steps=1000)
    dataset = source.load()
    weeks, after = np.asarray(dataset.input_field().values)[..., 0], np.asarray(dataset.target_field().values)
    np.testing.assert_allclose(after, weeks, atol=1e-5)
    np.testing.assert_allclose([weeks.min(), weeks.mean(), weeks.max()], [47, 50, 53], atol=1e-3)
    grown = np.asarray(source.changed(trend=7.0).load().target_field().values) - weeks
    np.testing.assert_allclose(grown.ravel()[-1], 7.0 * 999 / 1000, atol=1e-4)


@pytest.mark.parametrize("squares", [2, 5, 8])
def test_fields_of_a_checkerboard_alternate(squares: int) -> None:
    dataset = Checkerboard(squares=squares).load()
    cells = np.floor((np.asarray(dataset.input_field().values) + 1) / 2 * squares).astype(int)
    assert cells.min() == 0 and cells.max() == squares - 1
    np.testing.assert_array_equal(cells.sum(axis=1) % 2, dataset.target_field().values)


def test_an_x_has_its_middle_filled_and_an_o_has_a_hole() -> None:
    dataset = XOrO().load()
    pictures, labels = dataset.input_field().values[:, 0], dataset.target_field().values
    assert set(np.unique(pictures)) == {-1.0, 1.0}
    assert dataset.input_field().shape == image(1, 15, 15)
    # The middle of the ink is the middle of the letter, wherever it was shifted to.
    places = np.arange(15)
    ink = pictures > 0
    row = np.rint((ink * places[:, None]).sum(axis=(1, 2)) / ink.sum(axis=(1, 2))).astype(int)
    column = np.rint((ink * places).sum(axis=(1, 2)) / ink.sum(axis=(1, 2))).astype(int)
    np.testing.assert_array_equal(ink[np.arange(len(ink)), row, column], labels == 0)


def test_noise_turns_pixels_over() -> None:
    clean, noisy = XOrO(noise=0.0).load(), XOrO(noise=0.2).load()
    assert 0.15 < float((clean.input_field().values != noisy.input_field().values).mean()) < 0.25


def test_the_sum_of_the_marked_numbers() -> None:
    dataset = Adding(samples=200, steps=40, shortest=10).load()
    values, total = dataset.input_field().values, dataset.target_field().values[:, 0]
    assert dataset.input_field().shape == sequence(40, 2)
    np.testing.assert_allclose((values[..., 0] * values[..., 1]).sum(axis=1), total, rtol=1e-6)
    np.testing.assert_array_equal(values[..., 1].sum(axis=1), 2.0)
    lengths = dataset.fields["length"].values[:, 0]
    assert (lengths.min(), lengths.max()) == (10, 40)


def number(bits: Array) -> int:
    return sum(int(bit) << place for place, bit in enumerate(bits))


def test_binary_numbers_add_up() -> None:
    dataset = BinaryAddition(samples=100, bits=20, shortest=2).load()
    for digits, total in zip(
        np.asarray(dataset.input_field().values), dataset.target_field().values[..., 0], strict=True
    ):
        assert number(digits[:, 0]) + number(digits[:, 1]) == number(total)


def closes(string: str) -> bool:
    """Balanced by striking out pairs, not by a stack."""
    while (shorter := string.replace("()", "").replace("[]", "").replace("{}", "")) != string:
        string = shorter
    return not string


@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_brackets_are_balanced_or_not(kinds: int) -> None:
    dataset = Brackets(samples=300, kinds=kinds).load()
    for row, label in enumerate(np.asarray(dataset.target_field().values)):
        string = "".join(words(dataset, "string", row))
        assert len(string) == dataset.fields["length"].values[row, 0]
        assert closes(string) == bool(label)
    assert dataset.target_field().values.mean() == 0.5


@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_unbalanced_strings_have_as_many_of_each_bracket(kinds: int) -> None:
    """Each string is a balanced one in another order, so that whoever counts brackets of each kind knows nothing."""
    dataset = Brackets(samples=600, kinds=kinds, unbalanced="equal_counts").load()
    strings = ["".join(words(dataset, "string", row)) for row in range(600)]
    assert all(string.count(a) == string.count(b) for string in strings for a, b in ("()", "[]", "{}"))
    np.testing.assert_array_equal([closes(string) for string in strings], dataset.target_field().values)
    assert dataset.target_field().values.mean() == 0.5


def test_strings_are_unbalanced_in_three_ways_equally_often() -> None:
    rng, string = np.random.default_rng(0), (1, 3, 5, 6, 4, 2, 1, 3, 4, 2)  # ([{}])([])
    for number, way in enumerate(WAYS):
        possible = [list(each) for each in way(string) if not is_balanced(each)]
        assert list(reordered(rng, string, number)) in possible
        assert list(reordered(rng, string, number + len(WAYS))) in possible
    assert list(reordered(rng, (1, 2), 0)) == [2, 1]  # nothing crosses in a single pair
    crossing, turning, moving = ({tuple(each) for each in way((1, 3, 4, 2))} for way in WAYS)
    assert (crossing, turning) == ({(1, 3, 2, 4)}, {(2, 3, 4, 1), (1, 4, 3, 2)})
    assert moving == {(3, 4, 2, 1), (4, 2, 1, 3), (2, 1, 3, 4)}


def test_a_new_project_has_equal_counts_and_an_old_one_what_it_had() -> None:
    def chosen(section: dict[str, Any]) -> Any:
        return DataChoice.parse(section).source

    assert chosen({"source": "brackets", "options": {"samples": 60}}).unbalanced == "exchanged"
    for begun in (DataChoice.usual("brackets"), named_set("brackets")):
        assert begun is not None and chosen(begun.to_json()).unbalanced == "equal_counts"


def test_dates_mean_the_day_that_is_asked_for() -> None:
    dataset = Dates(samples=300).load()
    assert (dataset.task, dataset.inputs, dataset.target) == (Task.SEQUENCE, ("date", "written"), "iso")
    for row in range(300):
        iso = words(dataset, "iso", row)
        assert iso[-1] == "(end)" and words(dataset, "written", row) == ["(start)", *iso[:-1]]
        day = datetime.date.fromisoformat("".join(iso[:-1]))
        text = "".join(words(dataset, "date", row))
        assert str(day.year) in text and str(day.day) in text
        assert any(name in text for name in (MONTHS[day.month - 1][:3], f".{day.month}."))
        if "day" in text:
            assert day.strftime("%A") in text


def test_digits_stand_on_a_line_in_their_order() -> None:
    """Each digit of a line without noise is found in scikit-learn's pictures, from left to right."""
    import sklearn.datasets

    bunch = sklearn.datasets.load_digits()
    glyphs = (bunch.images / 16).astype(np.float32)
    known = {glyph.tobytes(): label for glyph, label in zip(glyphs, bunch.target, strict=True)}
    dataset = DigitLines(samples=40, noise=0.0, layout="picture").load()
    for row, picture in enumerate(dataset.input_field().values[:, 0]):
        found, at = [], 0
        while at <= picture.shape[1] - 8:
            here = [known.get(np.ascontiguousarray(picture[up : up + 8, at : at + 8]).tobytes()) for up in range(3)]
            match = next((label for label in here if label is not None), None)
            if match is not None:
                found.append(str(match))
            at += 8 if match is not None else 1
        assert found == words(dataset, "digits", row)


def test_a_caption_says_what_is_on_the_picture() -> None:
    dataset = Captions(samples=100, noise=0.0).load()
    assert (dataset.input_field().shape, dataset.target_field().shape) == (image(3, 24, 24), tokens(9))
    paint = np.array(list(COLOURS.values()), dtype=np.float32)
    for row, picture in enumerate(np.asarray(dataset.input_field().values)):
        said = words(dataset, "caption", row)
        assert said[-1] == "(end)" and words(dataset, "written", row) == ["(start)", *said[:-1]]
        assert dataset.fields["length"].values[row, 0] == len(said)
        # The colour of every pixel, and where the pixels of each colour lie.
        near = np.abs(picture[:, None] - paint.T[:, :, None, None]).max(axis=0) < 0.01
        shown = {name for name, ink in zip(COLOURS, near, strict=True) if ink.sum() > 8}
        assert shown == set(said) & set(COLOURS)
        if len(shown) == 2:
            first, second = (np.argwhere(near[list(COLOURS).index(said[place])]).mean(axis=0) for place in (1, -3))
            axis = 0 if "above" in said else 1
            assert first[axis] < second[axis]


def test_shapes_move_to_the_side_that_is_asked_for() -> None:
    dataset = Clips(samples=80, noise=0.0).load()
    assert dataset.input_field().shape == video(8, 1, 16, 16)
    for clip, label in zip(
        dataset.input_field().values[:, :, 0], np.asarray(dataset.target_field().values), strict=True
    ):
        down, across = np.argwhere(clip[-1] > 0.5).mean(axis=0) - np.argwhere(clip[0] > 0.5).mean(axis=0)
        sides = {"left": -across, "right": across, "up": -down, "down": down}
        assert max(sides, key=lambda side: sides[side]) == dataset.target_field().classes[label]


def test_where_the_way_lies_anywhere_each_frame_is_as_likely_for_every_direction() -> None:
    """The frame has no edge there, and every place is as often the shape's: no direction has places of its own."""
    clips = Clips(samples=4000, noise=0.0, path="anywhere").load()
    frames, labels = np.asarray(clips.input_field().values)[:, :, 0], np.asarray(clips.target_field().values)
    for frame in (0, 3, 7):
        shares = np.array([frames[labels == label, frame].mean(axis=0) for label in range(4)])
        assert np.ptp(shares, axis=0).max() < 0.07
        assert np.ptp(shares.mean(axis=0)) < 0.05
    assert Clips.usual().path == "anywhere" and Clips().path == "middle"


def test_a_shape_without_an_edge_moves_as_far_as_it_is_told() -> None:
    clips = Clips(samples=80, noise=0.0, path="anywhere").load()
    frames, labels = np.asarray(clips.input_field().values)[:, :, 0], np.asarray(clips.target_field().values)
    turn = np.exp(2j * np.pi * (np.arange(16) + 0.5) / 16)
    for clip, label in zip(frames, labels, strict=True):
        across, down = (
            np.angle((ends[-1] @ turn) * np.conj(ends[0] @ turn)) / (2 * np.pi)
            for ends in (clip.sum(axis=1), clip.sum(axis=2))
        )
        sides = {"left": -across, "right": across, "up": -down, "down": down}
        assert max(sides, key=lambda side: sides[side]) == clips.target_field().classes[label]
        assert max(sides.values()) == pytest.approx(0.4, abs=0.07)


def test_machines_wear_until_they_fail() -> None:
    dataset = Fleet(machines=12, cap=5000, stride=3).load()
    assert dataset.groups is not None
    left = dataset.target_field().values[:, 0]
    for machine in range(12):
        own = left[dataset.groups == machine]
        assert own[-1] == 0
        np.testing.assert_array_equal(np.diff(own), -3)
    assert Fleet(machines=12, cap=30).load().target_field().values.max() == 30


def test_sensors_tell_of_wear_but_for_the_one_that_does_not() -> None:
    dataset = Fleet(cap=60).load()
    last, left = dataset.input_field().values[:, -1], dataset.target_field().values[:, 0]
    strength = {sensor[0]: abs(np.corrcoef(last[:, place], left)[0, 1]) for place, sensor in enumerate(SENSORS)}
    assert strength.pop("ambient") < 0.2
    assert min(strength.values()) > 0.6


def test_under_several_conditions_wear_shows_in_ways_that_no_sum_of_sensors_tells() -> None:
    one, six = (Fleet(machines=30, window=1, cap=60, noise=0.01, conditions=count) for count in (1, 6))
    errors = {}
    for source in (one, six):
        dataset = source.load()
        values, left = np.asarray(dataset.input_field().values)[:, 0], np.asarray(dataset.target_field().values)[:, 0]
        fit = np.column_stack([values, np.ones(len(values))])
        residual = left - fit @ np.linalg.lstsq(fit, left, rcond=None)[0]
        errors[source.conditions] = residual.std() / left.std()
    assert errors[6] > 1.15 * errors[1]


def test_machines_are_never_parted() -> None:
    prepared = prepare(DataChoice.of("fleet", machines=10))
    assert prepared.dataset.groups is not None
    seen = [set(prepared.dataset.groups[part.indices]) for part in prepared.parts.values()]
    assert sum(map(len, seen)) == 10 and set.union(*seen) == set(range(10))


def share_of_its_box(ink: Array) -> float:
    """How much of the smallest box around a shape its pixels fill."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return float(ink.sum() / ((np.ptp(rows) + 1) * (np.ptp(columns) + 1)))


def test_the_shapes_of_a_picture_are_its_labels() -> None:
    dataset = SeveralShapes(samples=400, noise=0.0, size=60).load()
    target = dataset.target_field()
    assert (dataset.task, target.names, target.labels) == (Task.LABELS, LABELS, True)
    labels = np.asarray(target.values)
    shares: dict[str, list[float]] = {label: [] for label in LABELS}
    for picture, there in zip(np.asarray(dataset.input_field().values)[:, 0], labels, strict=True):
        parts, count = ndimage.label(picture > 0.3)
        assert count == there.sum()
        if count == 1:
            shares[LABELS[int(there.argmax())]].append(share_of_its_box(parts > 0))
    assert all(len(found) > 10 for found in shares.values())
    assert min(shares["square"]) > 0.97
    assert 0.7 < min(shares["circle"]) < max(shares["circle"]) < 0.85
    assert max(*shares["triangle"], *shares["cross"]) < 0.62
    assert {0, 1, 2, 3, 4} == set(labels.sum(axis=1).astype(int).tolist())
    assert np.abs(np.corrcoef(labels.T) - np.eye(4)).max() < 0.15  # none says anything about another


@pytest.mark.parametrize("chance", [0.1, 0.8])
def test_shapes_are_as_frequent_as_is_said(chance: float) -> None:
    labels = np.asarray(SeveralShapes(samples=1000, size=16, chance=chance).load().target_field().values)
    np.testing.assert_allclose(labels.mean(axis=0), chance, atol=0.05)
