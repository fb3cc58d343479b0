"""The registry of views of the Understand workspace, found by importing the modules whose names end in ``_tab``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import cast

from widgets import understand
from widgets.look.theme import ThemeSource
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab


@cache
def discover() -> tuple[type[Tab], ...]:
    """Every view, in the order of the groups and of the places in them."""
    for module in pkgutil.walk_packages(understand.__path__, f"{understand.__name__}."):
        if module.name.endswith("_tab"):
            importlib.import_module(module.name)
    views = [view for view in Tab.registered if view.__module__.startswith(f"{understand.__name__}.")]
    groups = list(Group)
    return tuple(sorted(views, key=lambda view: (groups.index(view.group), view.place)))


def make_view(kind: type[Tab], source: ThemeSource, subject: Subject) -> Tab:
    """A view of a class."""
    return cast(Callable[[ThemeSource, Subject], Tab], kind)(source, subject)
