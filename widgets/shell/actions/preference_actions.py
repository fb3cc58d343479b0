"""The preferences, and those that have a switch of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.shell.action_registry import Action

if TYPE_CHECKING:
    from widgets.shell.context import Context
    from widgets.shell.preferences_dialog import PreferencesDialog


def preferences_dialog(context: Context) -> PreferencesDialog:
    """The dialog of a window."""
    from widgets.shell.preferences_dialog import PreferencesDialog

    return PreferencesDialog(context.preferences, context.window())


def show_preferences(context: Context) -> None:
    """Open the preferences; they act at once, so there is nothing to confirm."""
    dialog = context.part(preferences_dialog)
    dialog.show()
    dialog.raise_()


def is_dark(context: Context) -> bool:
    """Whether the window is dark, by choice or because the system is."""
    return context.themes.theme.dark


def toggle_dark(context: Context) -> None:
    """Make a light window dark, or a dark one light, whatever the system is."""
    context.preferences.set("theme", "light" if is_dark(context) else "dark")


def toggle_projector(context: Context) -> None:
    """Switch larger text and wires on or off."""
    context.preferences.set("projector", not context.preferences["projector"])


ACTIONS = (
    Action("preferences", "File", "Preferences…", show_preferences, ("Ctrl+,",), "gear", divide=True,
           after="compare_stop"),
    Action("dark", "View", "Dark mode", toggle_dark, ("Shift+F9",), "", checked=is_dark, divide=True, after="summary"),
    Action("projector", "View", "Projector: larger text", toggle_projector, ("F9",), "",
           checked=lambda c: bool(c.preferences["projector"]), after="dark"),
)  # fmt: skip
