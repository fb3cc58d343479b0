"""One new sample for a trained network as messages carry it: how it is entered, its values, and what is predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.protocol.data_values import PictureBox
from app.protocol.messages import Array
from app.protocol.values import FieldFacts

Editor = Literal["picture", "text", "row", "values"]
"""How an input is entered: drawn, typed as a text, typed column by column, or taken from samples and files."""


@dataclass(frozen=True)
class RowColumn:
    """A column of a table that the network reads.

    ``kind`` is ``number``, ``category`` or ``date``; ``choices`` are the categories of training in their own spelling.
    ``low`` and ``high`` are the least and the greatest number of the training set, None where that is not known.
    ``decimal`` is the sign before decimals, as the training file has it. ``stands_in`` says in words what the network
    reads where the cell is empty.
    """

    name: str
    kind: Literal["number", "category", "date"]
    unit: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    decimal: str = "."
    stands_in: str = ""


@dataclass(frozen=True, kw_only=True)
class PictureLook:
    """How the pictures of the training set look, so that one can be drawn like them.

    ``channels``, ``height`` and ``width`` are their size in pixels. ``ground`` is the value of what is not drawn on,
    ``ink`` that of a stroke, and ``stroke`` its usual width in pixels. Where all are centred alike, ``centre`` is
    the mean centre of what is drawn (y, x) and ``extent`` its usual longer side, in shares of the picture; None else.
    """

    channels: int
    height: int
    width: int
    ground: float
    ink: float
    stroke: float
    centre: tuple[float, float] | None = None
    extent: float = 0.0


@dataclass(frozen=True, kw_only=True)
class InputForm:
    """How one input of a network is entered. A row of a table is one form, also where the network reads two fields.

    ``look`` is there for pictures, ``columns`` for rows; ``unit`` says what the tokens of a text are.
    """

    field: FieldFacts
    editor: Editor
    columns: tuple[RowColumn, ...] = ()
    look: PictureLook | None = None
    unit: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class NewSample:
    """One sample in the data's own units.

    ``arrays`` float32 or int64 (*sizes) by input field; ``texts`` by the field of their form, and ``cells`` by the
    field of their form and the column, are used in the place of arrays. A column without a cell keeps what the arrays
    have of it.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class OutputPrediction:
    """What one output layer predicts of a sample, against the field ``target``.

    ``kind`` says how it is read. Of ``classes`` and ``labels`` the ``values`` float32 (n,) are probabilities,
    ``chosen`` the classes or labels that are predicted, and labels are so above ``threshold``. ``numbers`` are float32
    (*sizes) in the data's own units, ``pixels`` the number of the class of each, (H, W). A ``text`` has its words,
    ``boxes`` have a score each in ``values``. ``sure`` is the probability of what is said, None where there is none.
    ``by_scores`` says that the values of classes are scores, of which the largest wins, and no probabilities.
    """

    output: str
    kind: Literal["classes", "labels", "numbers", "text", "boxes", "pixels"]
    target: FieldFacts
    values: Array
    chosen: tuple[int, ...] = ()
    threshold: float | None = None
    text: str = ""
    sure: float | None = None
    boxes: tuple[PictureBox, ...] = ()
    by_scores: bool = False
