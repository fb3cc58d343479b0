"""Room for a layer between two others: what follows it moves on as far as needed, and keeps its order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from graph.document import Document
from graph.drawing import cards
from graph.drawing.cards import Box
from graph.drawing.frames import move_with_frames
from graph.network import Network

GAP = cards.COLUMN_GAP
"""Free space between a layer and the next."""

BAND = 160.0
"""Height of the bands by which cards at one height are found."""


def make_room(document: Document, added: str) -> None:
    """Give a layer that was put before others its place between what feeds it and what it feeds, in a transaction.

    It keeps the place that it has where there is room. Else it goes behind what feeds it, and what follows moves on as
    far as needed, with the frames around. A wire that leads back to the start of another row leaves no room to make:
    there the layer goes to the end of the first row.
    """
    network = document.network
    leaving = [each.target for each in network.out_of(added)]
    if leaving:
        row = _Row(network, added)
        row.enter(next((each.source for each in network.into(added).values()), None), leaving)
        row.push()
        moved = {id_: place for id_, place in row.places.items() if place != network.node(id_).position}
        move_with_frames(document, moved)


class _Row:
    """Cards along the direction in which their wires run: from left to right, or downwards where they are vertical."""

    def __init__(self, network: Network, added: str) -> None:
        self._network, self._added = network, added
        self._along, self._across = (1, 0) if network.node(added).vertical else (0, 1)
        self.places = {node.id: node.position for node in network}
        self._before = dict(self.places)
        self._onward: list[str] = []
        self._bands: defaultdict[int, list[str]] = defaultdict(list)
        for id_ in self.places:
            for band in self._bands_of(id_):
                self._bands[band].append(id_)

    def enter(self, source: str | None, targets: Iterable[str]) -> None:
        """Put the new card behind its source, as near to where it is as leaves it before what follows.

        Without a source it stays where it is.
        """
        if source is None:
            self._onward = [id_ for id_ in targets if self._start(id_) >= self._start(self._added)]
        else:
            self._enter_behind(source, targets)

    def _enter_behind(self, source: str, targets: Iterable[str]) -> None:
        added, level = self._added, self.places[source][self._across]
        self._onward = [id_ for id_ in targets if self._start(id_) >= self._end(source)]
        least = self._end(source) + GAP
        ends = [self._start(id_) for id_ in self._onward]
        most = min(ends, default=least) - GAP - self._length(added)
        self._put(added, max(least, min(self._start(added), most)) if ends else least)
        if all(self.places[id_][self._across] == level for id_ in self._onward):
            place = list(self.places[added])
            place[self._across] = level
            self.places[added] = (place[0], place[1])
        self._before[added] = self.places[added]

    def push(self) -> None:
        """Move on what follows the new card, and what that would run into, each no further than needed."""
        waiting = [self._added]
        while waiting:
            id_ = waiting.pop(0)
            for other, gap in self._ahead(id_):
                if self._start(other) < self._end(id_) + gap:
                    self._put(other, self._end(id_) + gap)
                    waiting.append(other)

    def _ahead(self, id_: str) -> list[tuple[str, float]]:
        """Cards that may have to give way to one, and how far they are to stay from it."""
        if id_ == self._added:
            return [(other, GAP) for other in (*self._onward, *self._covered(id_, GAP))]
        end = self._before[id_][self._along] + self._length(id_)
        gaps = [(c.target, self._before[c.target][self._along] - end) for c in self._network.out_of(id_)]
        linked = [(other, min(GAP, gap)) for other, gap in gaps if gap >= 0]
        return linked + [(other, GAP) for other in self._covered(id_, 0.0)]

    def _covered(self, id_: str, gap: float) -> list[str]:
        """Cards at the same height that stood further on, and that a card with a gap behind it now covers."""
        near = {other for band in self._bands_of(id_) for other in self._bands[band]} - {id_, self._added}
        here = self._before[id_][self._along]
        return [
            other
            for other in sorted(near)
            if self._before[other][self._along] >= here
            and _overlap(self._box(id_, gap), self._box(other))
            and not self._network.reaches(other, self._added)
        ]

    # Measures

    def _box(self, id_: str, gap: float = 0.0) -> Box:
        """Its place, with a gap behind it in the direction of the row."""
        _, _, *size = cards.box(self._network.node(id_))
        size[self._along] += gap
        return (*self.places[id_], size[0], size[1])

    def _bands_of(self, id_: str) -> range:
        box = self._box(id_)
        start = box[self._across]
        return range(int(start // BAND), int((start + box[2 + self._across]) // BAND) + 1)

    def _length(self, id_: str) -> float:
        return self._box(id_)[2 + self._along]

    def _start(self, id_: str) -> float:
        return self.places[id_][self._along]

    def _end(self, id_: str) -> float:
        return self._start(id_) + self._length(id_)

    def _put(self, id_: str, start: float) -> None:
        place = list(self.places[id_])
        place[self._along] = start
        self.places[id_] = cards.snapped(place[0], place[1])


def _overlap(first: Box, second: Box) -> bool:
    return all(
        first[axis] < second[axis] + second[axis + 2] and second[axis] < first[axis] + first[axis + 2]
        for axis in (0, 1)
    )
