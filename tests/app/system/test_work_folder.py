"""Temporary folders go with their process: at once as it ends, else with the next start after it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from app.system.work_folder import WorkFolder, remove_lost_folders, work_folder
from graph import atomic_write

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from app.system.work_folder import WorkFolder
folder = WorkFolder()
(folder.path / "project.netloom").write_text("{}")
print(folder.path, flush=True)
time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, looked through whenever one is made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(atomic_write, "PAUSE", -1.0)
    return tmp_path


def test_a_folder_goes_with_whoever_made_it(temporary: Path) -> None:
    with work_folder() as folder:
        (folder / "file").write_text("x")
    kept = WorkFolder()
    assert list(temporary.iterdir()) == [kept.path]
    kept.close()
    kept.close()
    assert list(temporary.iterdir()) == []
    WorkFolder()  # nobody keeps it
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot be held on Windows")
def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(temporary: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-c", HOLD)
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as living,
    ):
        assert killed.stdout is not None and living.stdout is not None
        lost, held = (Path(process.stdout.readline().strip()) for process in (killed, living) if process.stdout)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        long_ago = time.time() - 2 * atomic_write.AGE
        for folder in (lost, held):
            assert (folder / "project.netloom").is_file()
            os.utime(folder, (long_ago, long_ago))
        remove_lost_folders()
        assert not lost.exists() and held.is_dir()
        living.kill()
