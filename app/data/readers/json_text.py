"""JSON of data files: values whose texts can all be written, compared and shown."""

from __future__ import annotations

import json
import re
from typing import Any

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""How a character outside of the first 65,536 is written in JSON, or half of one."""


def load_json(text: str) -> Any:
    r"""What stands in a text of JSON.

    Half of a surrogate pair, such as ``"\ud800"``, is no text that a file or a project can hold; it becomes the
    replacement character.

    Raises
    ------
    ValueError, RecursionError
        if it is no JSON, or nested too deeply.
    """
    value = json.loads(text)
    return _whole(value) if _HALF.search(text) else value


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    return value
