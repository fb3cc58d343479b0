"""Whether pictures taken anew show what those in docs show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from widgets.tour.pictures import differences

DOCS = Path(__file__).parents[2] / "docs"


def read(path: Path) -> Any:
    """The description of a picture."""
    return json.loads(path.with_suffix(".json").read_text("utf-8"))


def assert_fresh(taken: Path, folder: str) -> None:
    """Fail where a picture in ``taken`` shows something else than the one of its name in this folder of docs."""
    pictures = sorted(taken.glob("*.png"))
    assert pictures
    stale = {
        f"{folder}/{path.name}": found
        for path in pictures
        if (found := differences(read(DOCS / folder / path.name), read(path)))
    }
    assert not stale, f"run make docs: {stale}"
