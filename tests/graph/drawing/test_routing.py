"""Courses of wires: they begin and end where they should, and go around cards."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.drawing import cards as measures
from graph.drawing.routing import course, direct

Point = tuple[float, float]
coordinate = st.integers(-600, 600).map(float)
points = st.tuples(coordinate, coordinate)


@given(points, points)
def test_a_wire_leaves_and_arrives_horizontally(start: Point, end: Point) -> None:
    line = direct(start, end)
    first, second, last = line.curves[0]
    assert line.start == start
    assert last == line.end == end
    assert first[1] == start[1]
    assert first[0] > start[0] - 1e-6
    assert second[1] == end[1]


@given(points, points, st.lists(st.tuples(coordinate, coordinate), max_size=6))
def test_a_wire_always_joins_its_ends_in_one_piece(start: Point, end: Point, corners: list[Point]) -> None:
    cards = [(x, y, 176.0, 76.0) for x, y in corners]
    line = course(start, end, cards, [(start[0] - 176, start[1] - 40, 176.0, 76.0)])
    assert line.start == start
    assert line.end == end
    left, top, width, height = line.bounds()
    for x, y in line.points():
        assert left - 1e-6 <= x <= left + width + 1e-6
        assert top - 1e-6 <= y <= top + height + 1e-6


def test_a_skip_goes_around_the_cards_between() -> None:
    cards = [(x, 0.0, 176.0, 76.0) for x in (240.0, 480.0, 720.0)]
    line = course((176.0, 40.0), (960.0, 60.0), cards)
    assert line.arching
    for x, y in line.points():
        assert not any(cx < x < cx + 176 and cy < y < cy + 76 for cx, cy, _, _ in cards)


def test_a_free_way_is_taken_straight() -> None:
    assert not course((176.0, 40.0), (400.0, 40.0), [(200.0, 200.0, 176.0, 76.0)]).arching


def test_a_wire_that_runs_backwards_goes_around_both_its_cards() -> None:
    own = [(0.0, 0.0, 176.0, 76.0), (-400.0, 10.0, 176.0, 76.0)]
    line = course((176.0, 40.0), (-400.0, 50.0), [], own)
    for x, y in line.points():
        assert not any(cx + 1 < x < cx + 175 and cy < y < cy + 76 for cx, cy, _, _ in own)


def test_a_wire_runs_through_a_narrow_gap_rather_than_far_around() -> None:
    target, tall = (60.0, 112.0, 176.0, 76.0), (500.0, 300.0, 176.0, 900.0)

    def level(top: float) -> float:
        """Where the wire runs below a card and its own, whose tops are at ``top``."""
        others = [measures.outline((x, top, 176.0, 76.0)) for x in (0.0, 524.0)]
        line = course((700.0, top + 40), (60.0, 152.0), [others[0], tall], [others[1], measures.outline(target)])
        return line.points()[len(line.points()) // 2][1]

    assert 76 + measures.STRIP < level(0.0) < target[1], "between the pictures of the one and the other"
    assert level(-60.0) <= target[1] - 16, "with its clearance where there is room for it"


@given(points, points, st.lists(st.tuples(coordinate, coordinate), max_size=6))
def test_what_holds_across_holds_downwards(start: Point, end: Point, corners: list[Point]) -> None:
    cards = [(x, y, 176.0, 76.0) for x, y in corners]
    swapped = [(y, x, height, width) for x, y, width, height in cards]
    down = course(start, end, cards, vertical=(True, True))
    across = course(start[::-1], end[::-1], swapped)
    assert down.down
    assert [point[::-1] for point in down.points()] == across.points()


@given(points, points, st.sampled_from([(True, False), (False, True)]))
def test_a_wire_between_a_turned_card_and_another_bends(start: Point, end: Point, vertical: tuple[bool, bool]) -> None:
    line = course(start, end, [], vertical=vertical)
    first, second, last = line.curves[0]
    assert (line.start, last) == (start, end)
    assert (first[0] == start[0]) is vertical[0]
    assert (first[1] > start[1]) is vertical[0]
    assert (second[0] == end[0]) is vertical[1]
