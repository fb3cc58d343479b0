"""What a step frees is used again by the next one."""

from __future__ import annotations

import subprocess
import sys

import pytest

PAGES = """
import resource
import numpy as np
from app.training.malloc import hand_back, keep_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        np.ones(2**23)  # 64 MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

first = faults()
assert keep_freed()
faults()
print(first, faults())
hand_back()
print(faults())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc is told how to treat memory")
def test_large_pieces_are_used_again_and_can_be_handed_back() -> None:
    done = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, text=True, check=True)
    fresh, again, after = map(int, done.stdout.split())
    assert again < fresh / 10
    assert after > again
