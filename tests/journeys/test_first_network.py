"""The guide's page on the first network, done as it says in the real window with the real worker."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.journeys.stale_pictures import assert_fresh

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guide" / "first-network.md"


def test_the_steps_of_the_page_lead_to_a_trained_network(tmp_path: Path) -> None:
    """The steps themselves fail where the window does not do what the page says."""
    command = [sys.executable, "-m", "tools.docs_pictures", "first-network", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    page = PAGE.read_text("utf-8")
    parameters = re.search(r"\*([\d,]+ parameters)\*", page)
    assert parameters is not None and parameters[1] in done.stdout
    assert "No problems" in done.stdout
    trained = re.search(r"Trained: ([\d.]+) %", done.stdout)
    assert trained is not None and float(trained[1]) > 93
    assert (tmp_path / "guide" / "first-network.png").is_file()
    assert_fresh(tmp_path / "guide", "guide")
