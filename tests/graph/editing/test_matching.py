"""The search over the catalogue, and verdicts on wires."""

from __future__ import annotations

import pytest

from graph.editing.matching import LooseEnd, fuzzy, search_layers
from graph.layers.catalogue import catalogue
from graph.shapes import image, sequence

KINDS = list(catalogue().values())


@pytest.mark.parametrize(
    ("text", "kind"),
    [("conv2d", "conv2d"), ("relu", "relu"), ("fully connected", "dense"), ("lstm", "lstm"), ("mxp2", "max_pool2d")],
)
def test_the_best_match_comes_first(text: str, kind: str) -> None:
    assert search_layers(KINDS, text)[0].kind.kind == kind


def test_nothing_matches_nonsense() -> None:
    assert search_layers(KINDS, "qqqq") == []


def test_letters_may_be_left_out_but_not_reordered() -> None:
    assert fuzzy("cv2", "Conv2d") > 0
    assert fuzzy("2vc", "Conv2d") == 0


def test_what_fits_a_wire_comes_before_what_does_not() -> None:
    found = search_layers(KINDS, "", end=LooseEnd("input1", "out", True, sequence(50, 4)))
    reasons = [bool(item.reason) for item in found]
    assert reasons == sorted(reasons)
    assert "lstm" in {item.kind.kind for item in found if not item.reason}
    conv = next(item for item in found if item.kind.kind == "conv2d")
    assert "image" in conv.reason


def test_an_image_does_not_fit_a_dense_layer() -> None:
    pulled = LooseEnd("conv1", "out", True, image(8, 4, 4))
    assert "vector" in pulled.complaint(catalogue()["dense"])
    assert pulled.complaint(catalogue()["conv2d"]) == ""
