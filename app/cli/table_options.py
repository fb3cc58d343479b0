"""Options that say how data is read, shared by the verbs that read it: delimiter, encoding, layout and so on."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_type_hints

import typer

from graph.errors import NetloomError


def _words(help: str) -> Any:
    return Annotated[str | None, typer.Option(help=help)]


def _count(most: int, help: str) -> Any:
    return Annotated[int | None, typer.Option(min=0, max=most, help=help)]


OPTIONS: Mapping[str, Any] = {
    "delimiter": _words("Between columns: comma, semicolon, tab, bar, space, or any single sign."),
    "encoding": _words("How letters are stored: any name that Python knows, such as cp1250."),
    "header_rows": _count(10, "Lines of names above the values; 0 for none."),
    "skip": _count(1000, "Lines above the table."),
    "footer": _count(1000, "Lines below the table."),
    "sheet": _words("The sheet of a workbook, or the file in an archive."),
    "decimal": _words("The sign before decimals: point or comma."),
    "date_order": _words("In dates such as 01/02/2021: day_first, month_first or year_first."),
    "missing": _words("Words that stand for no value, with commas between them."),
    "task": _words("What to learn: classification, regression, labels, reconstruction (arrays) or masks (pictures)."),
    "layout": _words("Of arrays, what the axes mean: vector, sequence, steps_last, grey, channels_first, ..."),
    "samples": _words("Of arrays, the name of that with the samples."),
    "column": _words("Of a table of pictures or texts, the column with them."),
    "depth": _words("Of deep grey pictures, the bits they hold: 8, 10, 12, 14 or 16."),
}
"""The options by the names of a verb's parameters."""
NOTHING_SAID: Mapping[str, Any] = {}
"""How data is read is found."""
_BY_SETTING = {"header": "header-rows", "missing_words": "missing"}
"""Options that are not called as the setting is that they set."""


def option_of(setting: str) -> str:
    """The option that sets a ``setting`` of a source."""
    return f"--{_BY_SETTING.get(setting, setting).replace('_', '-')}"


def with_table_options(verb: Callable[..., None]) -> Callable[..., None]:
    """``verb`` with `OPTIONS`; it takes what was said as ``table``, a mapping of settings of a source."""
    own, hints = inspect.signature(verb), get_type_hints(verb, include_extras=True)

    @functools.wraps(verb)
    def called(**values: Any) -> None:
        from app.data.readers.table_format import UnreadableTableError

        said = {name: value for name in OPTIONS if (value := values.pop(name)) is not None}
        try:
            verb(**values, table=settings_of(said))
        except UnreadableTableError as error:
            helpful = " or ".join(map(option_of, error.settings))
            raise NetloomError(f"{error} The option {helpful} may help.") from None

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        parameter.replace(kind=keyword, annotation=hints[name])
        for name, parameter in own.parameters.items()
        if name != "table"
    ]
    parameters[-1:-1] = [
        inspect.Parameter(name, keyword, default=None, annotation=hint) for name, hint in OPTIONS.items()
    ]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del called.__wrapped__
    return called


def settings_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said on the command line as settings of a source."""
    settings = dict(said)
    if "header_rows" in settings:
        settings["header"] = "yes" if settings["header_rows"] else "no"
    if "missing" in settings:
        settings["missing_words"] = settings.pop("missing")
    return settings
