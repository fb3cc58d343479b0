"""Steps of a pen as tokens, exactly, and back as lines."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.readers.tokens import split_text
from app.numerics.strokes import ALL_STEPS, Segment, is_drawing, segments, step_of, step_token, tokens_of


def test_a_step_and_its_token_say_the_same() -> None:
    assert step_token(2, 1, drawn=True) == "r2u1" and step_of("r2u1") == (2, 1, True)
    assert step_token(-1, 0, drawn=False) == "pl1" and step_of("pl1") == (-1, 0, False)
    assert len(set(ALL_STEPS)) == 48
    for token in ALL_STEPS:
        found = step_of(token)
        assert found is not None and step_token(found[0], found[1], drawn=found[2]) == token
        assert split_text(token, "word") == [token]  # so that it can be typed
    for odd in ("", "p", "r3", "u", "r2r1", "u1r2", "(end)", "r2u1x"):
        assert step_of(odd) is None
    with pytest.raises(ValueError, match="1 to 2 far"):
        step_token(0, 0, drawn=True)
    with pytest.raises(ValueError, match="1 to 2 far"):
        step_token(3, 0, drawn=True)


def test_lines_become_tokens_and_tokens_the_same_lines() -> None:
    lines = [[(0, 0), (0, 4), (5, 4)], [(2, 1), (3, 2)]]
    assert tokens_of(lines) == ["u2", "u2", "r2", "r1", "r2", "pl2d2", "pl1d1", "r1u1"]
    drawn = segments(tokens_of(lines))
    assert drawn[0] == Segment((0, 0), (0, 2), True, 0)
    assert [segment.drawn for segment in drawn] == [True] * 5 + [False] * 2 + [True]
    assert {(0, 4), (5, 4), (2, 1), (3, 2)} <= {segment.end for segment in drawn}
    assert segments(["(start)", "u1", "(end)"]) == (Segment((0, 0), (0, 1), True, 1),)


def test_a_closed_line_comes_back_to_where_it_began() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        corners = [(int(x), int(y)) for x, y in rng.integers(-9, 10, (6, 2))]
        steps = [step_of(token) for token in tokens_of([[*corners, corners[0]]])]
        assert all(step is not None for step in steps)
        assert [sum(step[axis] for step in steps if step is not None) for axis in (0, 1)] == [0, 0]


def test_words_are_no_drawing() -> None:
    assert is_drawing(["(start)", "r1", "pd2", "(end)"])
    assert not is_drawing(["r1", "clouds"]) and not is_drawing(["(end)"]) and not is_drawing([])
