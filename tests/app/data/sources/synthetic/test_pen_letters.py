"""Made letters of a pen: closed ones close, none is too long, and the target is one step later."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.sources.synthetic.pen_letters import LETTERS, LONGEST, PenLetters, letter
from app.numerics.strokes import segments, step_of, tokens_of


def test_an_o_ends_where_it_began_and_an_l_does_not() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        for name, closed in (("O", True), ("L", False)):
            drawn = segments(tokens_of(letter(rng, name)))
            assert (drawn[-1].end == drawn[0].start) is closed
            assert all(segment.drawn for segment in drawn)


def test_lines_of_a_letter_are_parted_by_a_lifted_pen_and_all_have_room() -> None:
    rng = np.random.default_rng(1)
    for name, lines in LETTERS.items():
        for _ in range(100):
            tokens = tokens_of(letter(rng, name))
            up = [step is not None and not step[2] for step in map(step_of, tokens)]
            parts = 1 + sum(later and not earlier for earlier, later in pairwise(up))
            assert parts == len(lines)
            assert len(tokens) < LONGEST


def test_the_target_is_the_drawing_one_step_later() -> None:
    data = PenLetters(samples=40).load()
    read, following = (np.asarray(data.fields[name].values) for name in ("steps", "next"))
    lengths = np.asarray(data.fields["length"].values)[:, 0]
    for row, later, length in zip(read, following, lengths, strict=True):
        assert (row[1:length] == later[: length - 1]).all() and later[length - 1] == 2
        assert not row[length:].any() and not later[length:].any()
    assert prepare(DataChoice.of("pen_letters")).dataset.info.samples == 1500
