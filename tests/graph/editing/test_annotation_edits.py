"""New notes and frames, and frames that follow the cards in them."""

from __future__ import annotations

from graph.document import Document
from graph.drawing import cards
from graph.drawing.frames import TITLE, around, move_with_frames
from graph.editing.annotation_edits import FRAME_SIZE, new_frame, new_note
from graph.network import AnnotationKind
from tests.graph.networks import layer


def drawn() -> Document:
    document = Document()
    with document.transaction("Draw"):
        for index in range(3):
            document.add(layer("relu"), (index * 300.0, 0.0))
    return document


def test_a_frame_goes_around_cards_or_where_it_is_put() -> None:
    network = drawn().network
    frame = new_frame(network, ["relu1", "relu2"], (0, 0))
    left, top, width, height = frame.area
    assert frame.kind is AnnotationKind.FRAME
    assert left < 0 and top <= -TITLE and left + width > 300 + cards.WIDTH and top + height > 60
    assert new_frame(network, [], (101, 99)).area == (100, 100, *FRAME_SIZE)
    assert around(network, []) is None


def test_ids_are_free() -> None:
    document = drawn()
    for number in (1, 2):
        note = new_note(document.network, (0, 0))
        assert note.id == f"note{number}"
        with document.transaction("Write"):
            document.set_annotation(note.id, note)


def test_a_frame_follows_its_cards_and_another_stays() -> None:
    document = drawn()
    with document.transaction("Frame"):
        for ids in (["relu1", "relu2"], ["relu3"]):
            frame = new_frame(document.network, ids, (0, 0))
            document.set_annotation(frame.id, frame)
    before = dict(document.network.annotations)
    with document.transaction("Move"):
        move_with_frames(document, {"relu1": (0.0, 500.0), "relu2": (300.0, 500.0)}, vertical=True)
    assert document.network.annotations["frame1"].area == around(document.network, ["relu1", "relu2"])
    assert document.network.annotations["frame2"] == before["frame2"]
    assert [document.network.node(id_).vertical for id_ in ("relu1", "relu2", "relu3")] == [True, True, False]
