"""Letters of 8 x 8 pixels that a Hopfield network stores; there are no layers here."""

from __future__ import annotations

from dataclasses import dataclass

DRAWN = """
.####### ##....## ##....## .####### ##...##. ######## ##....## ######## #######. .######. ###..... ########
######## ###..### ##....## ##...... ##..##.. ######## ##....## ######## ######## ######## ###..... ##......
##...... .######. ##....## ##...... ##.##... ...##... ##....## ....###. ##....## ##....## ###..... ##......
##...... ..####.. .##..##. .######. ####.... ...##... ######## ...###.. ######## ##....## ###..... ######..
##...... ..####.. .##..##. ......## ####.... ...##... ######## ..###... #######. ##....## ###..... ######..
##...... .######. ..####.. ......## ##.##... ...##... ##....## .###.... ##...... ##....## ###..... ##......
######## ###..### ..####.. ......## ##..##.. ...##... ##....## ######## ##...... ######## ######## ########
.####### ##....## ...##... #######. ##...##. ...##... ##....## ######## ##...... .######. ######## ########
"""

NAMES = ("C", "X", "V", "S", "K", "T", "H", "Z", "P", "O", "L", "E")

SIDE = 8
"""Rows and columns of a picture."""

ROWS = tuple(line.split() for line in DRAWN.split("\n") if line)

LETTERS: tuple[str, ...] = tuple("".join(row[at] for row in ROWS) for at in range(len(NAMES)))
"""The picture of each letter, row after row: 64 marks, # for +1. The first five are little alike, the others more."""


@dataclass(frozen=True)
class StoredPictures:
    """Pictures that a memory holds, by name: each row after row, # for +1 and a point for -1.

    ``sweeps`` says how often every unit is renewed, in an order drawn from ``seed``.
    """

    pictures: tuple[str, ...]
    names: tuple[str, ...]
    rows: int
    columns: int
    sweeps: int
    seed: int
