"""Fail unless tests ran and passed: ``python tools/tests_ran.py REPORT``, a junit file that pytest wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def counted(report: Path) -> tuple[int, int]:
    """Number of tests that passed, and of tests that failed or could not run, in a junit ``report``."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))

    def total(kind: str) -> int:
        return sum(int(suite.get(kind, "0")) for suite in suites)

    bad = total("failures") + total("errors")
    return total("tests") - bad - total("skipped"), bad


def main(arguments: list[str]) -> int:
    """0 when at least one test passed and none failed; otherwise 1 and the reason on stderr."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("pytest wrote no report, so no test is known to have run", file=sys.stderr)
        return 1
    passed, bad = counted(Path(arguments[0]))
    if bad or not passed:
        print(f"{passed} tests passed, {bad} failed: at least one must pass and none may fail", file=sys.stderr)
        return 1
    print(f"{passed} tests passed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
