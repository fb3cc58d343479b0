"""Settings of a layer: how one is declared, and the description that forms, files and the command line derive."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Union, cast, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from pydantic.fields import FieldInfo

from graph.errors import NetloomError
from graph.shapes import Shape

Rows = tuple[tuple[float, ...], ...]
"""A table of numbers, row by row."""

Value = int | float | bool | str | None | tuple[int, ...] | Rows | tuple[Rows, ...] | Shape


def _both(value: object) -> object:
    """A single number stands for the same number along both axes; JSON's lists are tuples here."""
    if isinstance(value, list):
        return tuple(value)
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


Size2 = Annotated[tuple[int, int], BeforeValidator(_both)]
"""Two whole numbers, along height and width; a single number stands for both."""


def read_matrix(text: str) -> Rows:
    """Rows of numbers from text: spaces or commas between numbers, slashes or line ends between rows.

    Raises
    ------
    ValueError
        if something is no number.
    """
    lines = [line for line in text.replace("/", "\n").splitlines() if line.strip()]
    return tuple(tuple(float(word) for word in line.replace(",", " ").split()) for line in lines)


def matrix_text(rows: Rows) -> str:
    """Rows of numbers as one line: ``1 0 1 / 0 1 0 / 1 0 1``."""
    return " / ".join(" ".join(f"{number:.9g}" for number in row) for row in rows)


def matrices_text(tables: tuple[Rows, ...]) -> str:
    """Matrices as one line: ``1 0 / 0 1; 0 1 / 1 0``."""
    return "; ".join(map(matrix_text, tables))


def _rows(value: object) -> Any:
    """A matrix from text or from JSON's lists; its rows must be equally long."""
    try:
        rows: Any = read_matrix(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("a matrix holds ordinary numbers only") from None
    if not isinstance(rows, list | tuple) or not all(isinstance(row, list | tuple) for row in rows):
        return value
    if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
        raise ValueError("a matrix needs rows of the same length, such as 1 0 1 / 0 1 0 / 1 0 1")
    if not all(isinstance(each, int | float) and math.isfinite(each) for row in rows for each in row):
        raise ValueError("a matrix holds ordinary numbers only")
    return tuple(tuple(float(each) for each in row) for row in rows)


Matrix = Annotated[Rows, BeforeValidator(_rows)]
"""A small table of numbers, row by row; text such as ``1 0 / 0 1`` is read too."""


def _tables(value: object) -> object:
    """Matrices from text or from JSON's lists; all must be equally large."""
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return value
    tables = tuple(_rows(part) for part in parts)
    if not tables or len({(len(rows), len(rows[0])) for rows in tables if rows and isinstance(rows, tuple)}) != 1:
        raise ValueError("the matrices must be of the same size, such as 1 0 / 0 1; 0 1 / 1 0")
    return tables


Matrices = Annotated[tuple[Rows, ...], BeforeValidator(_tables)]
"""Matrices of the same size; text such as ``1 0 / 0 1; 0 1 / 1 0`` is read too."""


LARGEST = 2**63 - 1
"""Largest whole number of a setting, by size: what torch and files of arrays can hold."""


@dataclass(frozen=True)
class Surroundings:
    """What is known around a layer: the shapes that arrive at its ports, and the fields that the data set offers first.

    The fields are empty where no data is chosen.
    """

    inputs: Mapping[str, Shape] = field(default_factory=dict)
    default_input: str = ""
    default_target: str = ""


Resolve = Callable[[Any, Surroundings], Value]
"""From a layer, and what is around it, to the value that holds for a setting left empty; None where it is not known."""


class ChoiceName(NamedTuple):
    """What one of several choices is called where people choose it, and what it does in a sentence."""

    name: str
    meaning: str


def setting(
    default: object,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    unit: str | None = None,
    label: str | None = None,
    term: str | None = None,
    when: tuple[str, tuple[object, ...]] | None = None,
) -> Any:
    """Declare one setting of a layer (or of a plan, or of a data source).

    Parameters
    ----------
    default
        value of a new layer.
    help
        one line for the form and the command line.
    minimum, maximum
        inclusive bounds; for sizes they hold along each axis.
    unit
        what a number counts, for example ``filters`` or ``pixels``.
    label
        name in forms; without it, the field's name with spaces.
    term
        the glossary's word for it; without it, the label, and empty where the label means something else there.
    when
        ``(other setting, its values)`` for which this setting has an effect; forms hide it otherwise.
    """
    extra = {
        "minimum": minimum,
        "maximum": maximum,
        "unit": unit,
        "label": label,
        "term": term,
        "when": when,
    }
    return Field(default=cast(Any, default), description=help, json_schema_extra=cast(Any, extra))


def with_names(declared: Any, named: Mapping[str, ChoiceName]) -> Any:
    """Declare what choices are called in forms, and what they mean; one without a name reads as files hold it.

    ``declared`` is what `setting` gives.
    """
    declared.json_schema_extra["named"] = named
    return declared


def left_empty(declared: Any, resolve: Resolve) -> Any:
    """Declare what holds where a setting is left empty; forms say it in the empty field.

    ``declared`` is what `setting` gives.
    """
    declared.json_schema_extra["resolve"] = resolve
    return declared


def text_setting(default: str, help: str, suggested: tuple[str, ...]) -> Any:
    """Declare a setting of text for which forms offer the texts ``suggested``; it may be another one all the same."""
    return Field(default=default, description=help, json_schema_extra={"suggested": list(suggested)})


def column_setting(help: str, *, empty: str = "none") -> Any:
    """Declare a setting that names a column of the user's table, or several with commas between them.

    Forms offer the columns, and call it ``empty`` where none is named: ``auto`` where one is found then.
    """
    return Field(default="", description=help, json_schema_extra={"columns": True, "empty": empty})


def called_empty(declared: Any, word: str) -> Any:
    """Declare what forms call a setting that is left empty, or is 0, such as ``all``: they say it in the empty field.

    ``declared`` is what `setting` gives.
    """
    declared.json_schema_extra["empty"] = word
    if declared.default == 0:
        declared.json_schema_extra["automatic"] = 0
    return declared


def found_count(help: str, *, maximum: int, when: tuple[str, tuple[object, ...]] | None = None) -> Any:
    """Declare a whole number that is found from the data where it is 0; forms then leave the field empty and say it."""
    extra = {"minimum": 0, "maximum": maximum, "when": when, "automatic": 0}
    return Field(default=0, description=help, json_schema_extra=cast(Any, extra))


@dataclass(frozen=True)
class Setting:
    """Description of one setting.

    ``type`` is one of ``int``, ``float``, ``bool``, ``choice``, ``size`` (two whole numbers), ``sizes`` (any number of
    whole numbers), ``matrix`` (rows of numbers, see `matrix_text`), ``matrices``, ``text`` or ``shape``; ``optional``
    settings may also be None. Where the value is the one that is ``automatic``, what holds is found from the data;
    where it is empty and there is a ``resolve``, that says what holds. ``named`` says what choices are called in forms.
    ``columns`` says that it names columns of a table, ``empty`` what forms call it while it is empty.
    """

    name: str
    type: str
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str | None = None
    label: str = ""
    term: str = ""
    optional: bool = False
    when: tuple[str, tuple[object, ...]] | None = None
    automatic: float | None = None
    named: Mapping[str, ChoiceName] = field(default_factory=dict)
    columns: bool = False
    empty: str = ""
    resolve: Resolve | None = field(default=None, compare=False)

    def applies(self, values: Mapping[str, object]) -> bool:
        """Whether the setting has an effect beside the other ``values``."""
        return self.when is None or values[self.when[0]] in self.when[1]

    def complaint(self, value: object) -> str | None:
        """What is wrong with ``value`` by this setting's bounds, or None."""
        for number in _numbers(value):
            if not isinstance(number, int | float):
                continue
            if isinstance(number, int) and not -LARGEST <= number <= LARGEST:
                return f"{self.label} must be a number of at most {len(str(LARGEST))} digits"
            if self.minimum is not None and number < self.minimum:
                return f"{self.label} must be at least {self.minimum:g}, not {number:g}"
            if self.maximum is not None and number > self.maximum:
                return f"{self.label} must be at most {self.maximum:g}, not {number:g}"
        return None


def _numbers(value: object) -> Iterator[object]:
    """The value itself, or every value in a tuple of them, rows of a matrix included."""
    if not isinstance(value, tuple):
        yield value
        return
    for part in value:
        yield from _numbers(part)


_PLAIN: dict[object, str] = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "text",
    Shape: "shape",
}


def _type_of(annotation: Any) -> tuple[str, tuple[str, ...], bool]:
    """Type name, choices and optionality of a field's annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _type_of(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        name, choices, _ = _type_of(inner[0])
        return name, choices, True
    if origin is Literal:
        return "choice", tuple(str(choice) for choice in get_args(annotation)), False
    if origin is tuple:
        inner_type = get_args(annotation)[0]
        if get_origin(inner_type) is tuple:
            return ("matrices" if get_origin(get_args(inner_type)[0]) is tuple else "matrix"), (), False
        return ("sizes" if Ellipsis in get_args(annotation) else "size"), (), False
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "choice", tuple(member.value for member in annotation), False
    return _PLAIN[annotation], (), False


def _describe(name: str, info: FieldInfo) -> Setting:
    extra = cast(dict[str, Any], info.json_schema_extra or {})
    kind, choices, optional = _type_of(info.annotation)
    label = extra.get("label") or name.replace("_", " ")
    return Setting(
        name=name,
        type=kind,
        default=info.get_default(),
        help=info.description or "",
        minimum=extra.get("minimum"),
        maximum=extra.get("maximum"),
        choices=choices or tuple(extra.get("suggested", ())),
        unit=extra.get("unit"),
        label=label,
        term=label if extra.get("term") is None else extra["term"],
        optional=optional,
        when=extra.get("when"),
        automatic=extra.get("automatic"),
        named=extra.get("named") or {},
        columns=bool(extra.get("columns")),
        empty=extra.get("empty", ""),
        resolve=extra.get("resolve"),
    )


def describe(model: type[BaseModel]) -> tuple[Setting, ...]:
    """The settings of ``model``, in the order they are declared with `setting`; other fields are left out."""
    fields = model.model_fields.items()
    return tuple(_describe(name, info) for name, info in fields if info.json_schema_extra is not None)


def sentence(error: ValidationError, place: str) -> NetloomError:
    """One sentence for the first fault that pydantic found, beginning with ``place``."""
    fault = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    reason = fault["msg"].removeprefix("Value error, ")
    reason = reason[:1].lower() + reason[1:]
    if fault["type"] == "extra_forbidden":
        reason = "there is no such setting; remove it or correct its name"
    shown = _shown(fault["input"])
    refused = (
        f" (given: {shown if len(shown) < 60 else shown[:57] + '...'})" if where and fault["type"] != "missing" else ""
    )
    return NetloomError(f"{place}: {f'{where}: ' if where else ''}{reason}{refused}.")


def _shown(value: object) -> str:
    """A refused value as a sentence shows it; Python does not write numbers of thousands of digits."""
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return "a value of great length"
