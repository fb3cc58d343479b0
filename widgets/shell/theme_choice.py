"""From the preferences to the theme in force."""

from __future__ import annotations

from widgets.look.theme import PROJECTOR_SCALE, ThemeSource
from widgets.shell.preferences import Preferences


def apply_look(preferences: Preferences, themes: ThemeSource) -> None:
    """Give the look and the text size that the preferences ask for."""
    scale = preferences["text_size"] / 100 * (PROJECTOR_SCALE if preferences["projector"] else 1.0)
    themes.set_scale(scale)
    themes.set_mode(preferences["theme"])
