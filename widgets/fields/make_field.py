"""From the description of a setting to the field that edits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.fields.field import FormField
from widgets.fields.matrices_field import MatricesField
from widgets.fields.number_field import NumberBox, NumberField
from widgets.fields.simple_fields import (
    ColumnField,
    MatrixField,
    SizesField,
    SuggestingField,
    SwitchField,
    TextField,
    choice_field,
)
from widgets.fields.size_fields import PairField, ShapeField

if TYPE_CHECKING:
    from graph.layers.settings import Setting


def make_field(spec: Setting) -> FormField:
    """The field for ``spec``, empty."""
    field = _bare(spec)
    field.setObjectName(spec.name)
    if spec.empty:
        field.show_empty(spec.empty)
    return field


def _bare(spec: Setting) -> FormField:
    match spec.type:
        case "int" | "float":
            whole = spec.type == "int"
            box = NumberBox(whole, spec.minimum, spec.maximum, spec.optional or spec.automatic is not None)
            return NumberField(box, "a whole number" if whole else "a number", spec.automatic)
        case "bool":
            return SwitchField()
        case "choice":
            return choice_field(spec.choices, spec.optional, spec.named)
        case "size":
            return PairField(spec)
        case "sizes":
            return SizesField(spec.optional)
        case "matrix" | "matrices":
            return MatrixField(spec.optional) if spec.type == "matrix" else MatricesField()
        case "shape":
            return ShapeField()
        case _:
            return _text(spec)


def _text(spec: Setting) -> FormField:
    """A text that is typed, or picked as well where there is something to pick."""
    if spec.choices:
        return ColumnField(spec.choices, spec.empty) if spec.columns else SuggestingField(spec.choices)
    return TextField(spec.optional)
