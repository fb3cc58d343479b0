"""With what a run was trained: what is kept, and what people are told."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
import torch

from app.system.about import imported_packages, netloom_version
from app.training.devices import surroundings
from app.training.run_environment import environment_in_words
from app.training.runs import Run

OLD_RUNS = Path(__file__).parent.parent.parent / "old" / "runs"


def test_versions_processor_and_device_are_kept_but_not_the_name_of_the_machine() -> None:
    kept = surroundings(torch.device("cpu"))
    assert kept["netloom"] == netloom_version() != "unknown"
    assert kept["packages"]["torch"] == kept["torch"] == torch.__version__
    assert kept["packages"]["numpy"] == np.__version__
    assert kept["processor"] and kept["cores"] >= 1 and kept["device"] == "cpu"
    assert kept["device_name"] is None
    host = platform.node()
    assert not host or host not in str(kept).replace(platform.platform(), "")


def test_packages_are_those_that_were_imported() -> None:
    import sklearn

    found = imported_packages()
    assert found["scikit-learn"] == sklearn.__version__
    assert not {"sklearn", "app", "graph", "tests", "json"} & found.keys()


def test_people_are_told_in_words() -> None:
    told = environment_in_words(
        {"cores": 2, "packages": {"torch": "2.13", "numpy": "2.4"}, "fast_paths": [], "base": "/home", "cuda": None}
    )
    assert told == {"processor cores": "2", "packages": "torch 2.13, numpy 2.4", "fast paths": "none"}


def test_environments_of_earlier_versions_are_told_as_well() -> None:
    told = environment_in_words(Run.open(OLD_RUNS / "classification").environment)
    assert told["Python"] == "3.11.7" and "fingerprint of the data" in told and "packages" not in told
