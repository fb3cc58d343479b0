"""How Netloom is called: by its file in the checkout."""

from __future__ import annotations

from app.system.own_command import IN_SHELL, INSTALLED, PROGRAM


def test_in_the_checkout_it_is_called_by_its_file() -> None:
    assert (INSTALLED, PROGRAM, IN_SHELL) == (False, "main.py", "python main.py")
