"""Settings refuse what no network has, in a short sentence."""

from __future__ import annotations

import pytest

from graph.errors import NetloomError
from graph.layers.catalogue import catalogue, parse_layer

REFUSED = [("dense", "units"), ("conv2d", "kernel_size"), ("dropout", "rate")]


@pytest.mark.parametrize("digits", [20, 400, 5000])
@pytest.mark.parametrize(("kind", "name"), REFUSED)
def test_a_number_of_many_digits_is_refused_in_a_short_sentence(kind: str, name: str, digits: int) -> None:
    with pytest.raises(NetloomError) as changed:
        catalogue()[kind]().changed(**{name: 10**digits})
    with pytest.raises(NetloomError) as read:
        parse_layer(kind, {name: 10**digits}, "file")
    assert len(str(changed.value)) < 200 and len(str(read.value)) < 200
