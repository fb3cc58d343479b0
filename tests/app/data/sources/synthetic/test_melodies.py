"""Made melodies: a motif that comes back on other degrees with its rhythm, and a close on the tonic."""

from __future__ import annotations

import numpy as np

from app.data.data_choice import DataChoice
from app.data.prepare import prepare
from app.data.readers.tokens import END, START
from app.data.sources.synthetic.melodies import SCALE, SEQUENCES, Melodies, melody
from app.numerics.melody import HOLD, is_melody


def test_bars_repeat_the_motif_on_other_degrees_and_the_last_ends_on_the_tonic() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        made = melody(rng, 0.3)
        assert is_melody(made)
        bars = [made[at : at + 4] for at in range(0, 16, 4)]
        moves = set()
        for bar in bars[1:3]:
            apart = [
                SCALE.index(new) - SCALE.index(old) if old in SCALE else int(new != old)
                for old, new in zip(bars[0], bar, strict=True)
            ]
            notes = {value for old, value in zip(bars[0], apart, strict=True) if old in SCALE}
            assert len(notes) == 1  # the whole bar moves by as many degrees
            assert all(value == 0 for old, value in zip(bars[0], apart, strict=True) if old not in SCALE)
            moves.add((*notes,))
        assert bars[3][1] in ("c4", "c5") and bars[3][2:] == [HOLD, HOLD]
    assert all(0 in moves for moves in SEQUENCES)


def test_the_target_is_the_melody_one_quarter_later() -> None:
    data = Melodies(samples=20).load()
    read, following = (np.asarray(data.fields[name].values) for name in ("melody", "next"))
    assert (read[:, 1:] == following[:, :-1]).all()
    vocabulary = data.fields["melody"].vocabulary
    assert {vocabulary[number] for number in read[:, 0]} == {START}
    assert {vocabulary[number] for number in following[:, -1]} == {END}
    assert data.info.target_field().next_of == "melody"
    assert prepare(DataChoice.of("melodies")).dataset.info.samples == 2000
