"""Pieces of training scripts as a Python file and as a notebook."""

from __future__ import annotations

import json

import pytest

from app.exchange.script_pieces import FOLDER, Piece, TrainingScript, sorted_imports


def script(words: str = "What is done.", code: str = f"{FOLDER}\nprint(np.pi)") -> TrainingScript:
    return TrainingScript("Iris", ["It says <b>why</b>."], [Piece("First", words, code)], ["from a import b"])


def test_imports_are_one_block_in_the_order_of_isort() -> None:
    lines = [
        "import torch", "from torch import nn", "import sys", "from torch import Tensor, nn", "import math",
        "from collections.abc import Sequence", "import torch.nn.functional as F", "import numpy as np",
    ]  # fmt: skip
    assert sorted_imports(lines) == (
        "import math\nimport sys\nfrom collections.abc import Sequence\n\nimport numpy as np\nimport torch\n"
        "import torch.nn.functional as F\nfrom torch import Tensor, nn"
    )


def test_only_what_is_used_is_imported() -> None:
    block = script().import_block
    assert block == (
        "from __future__ import annotations\n\nfrom pathlib import Path\n\nimport numpy as np\nfrom a import b"
    )
    assert "matplotlib" not in block
    assert "except ImportError" in script(code="plt.plot()").import_block


@pytest.mark.parametrize("words", ['It is """odd""".', "A \\ and\nlines\u2028and more", "long " * 60])
def test_words_of_any_kind_leave_the_file_whole(words: str) -> None:
    made = script(words)
    made = TrainingScript(words, [words], made.pieces, made.imports)
    text = made.as_python("iris.py")
    compile(text, "iris.py", "exec")
    assert max(map(len, text.splitlines())) <= 120
    assert "    python iris.py" in text


def test_the_notebook_has_words_and_code_in_turn() -> None:
    content = json.loads(script().as_notebook())
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    assert [cell["cell_type"] for cell in content["cells"]] == ["markdown", "code", "markdown", "code"]
    assert len({cell["id"] for cell in content["cells"]}) == 4
    sources = ["".join(cell["source"]) for cell in content["cells"]]
    assert sources[0] == "# Iris, trained in plain PyTorch\n\nIt says &lt;b&gt;why&lt;/b&gt;."
    assert sources[2] == "## First\n\nWhat is done."
    assert sources[3] == "FOLDER = Path()\nprint(np.pi)"
