"""The source of Netloom's own modules, as exported code has it."""

from __future__ import annotations

import pytest

from graph.build.own_modules import own_modules


def test_a_module_is_given_whole_and_once_without_its_docstring() -> None:
    imports, sources = own_modules(
        ["graph.modules.loop.Loop", "graph.modules.repeat.Repeat", "graph.modules.loop.Loop"]
    )
    assert "from __future__ import annotations" not in imports and any("torch" in line for line in imports)
    assert len(sources) == 2 and "class Loop(" in sources[0] and "class Repeat(" in sources[1]
    assert not sources[0].startswith('"""')
    compile("\n".join([*imports, *sources]), "own.py", "exec")


def test_a_module_that_is_not_there_is_told() -> None:
    with pytest.raises(ModuleNotFoundError):
        own_modules(["graph.modules.nothing.Nothing"])
