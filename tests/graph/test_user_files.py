"""Files of the user's are opened only where they are regular files, and never longer than expected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph.errors import NetloomError
from graph.user_files import bytes_of, content, opened, refuse_irregular

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither pipes nor devices among its files")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_a_file_is_read_up_to_what_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "a.netloom"
    path.write_bytes(b"x" * 2**20)
    assert bytes_of(path, 2**20, "project") == b"x" * 2**20
    with opened(path) as stream:
        assert stream.read(3) == b"xxx"
    path.write_bytes(b"x" * (2**20 + 1))
    with pytest.raises(NetloomError, match=r"a.netloom is larger than 1 MB, which no project is"):
        bytes_of(path, 2**20, "project")


@posix
def test_a_device_is_never_read() -> None:
    with pytest.raises(NetloomError, match="/dev/zero is a device or a pipe"):
        bytes_of(Path("/dev/zero"), 10, "project")
    with pytest.raises(NetloomError, match="device or a pipe"):
        refuse_irregular(Path("/dev/zero"))


@posix
def test_a_pipe_without_a_writer_is_not_waited_for(pipe: Path) -> None:
    with pytest.raises(NetloomError, match="device or a pipe"):
        bytes_of(pipe, 10, "project")


@posix
def test_a_link_to_a_device_is_a_device(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(NetloomError, match="device or a pipe"):
        bytes_of(tmp_path / "link", 10, "project")


def test_what_the_system_refuses_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone"):
        with pytest.raises(NetloomError, match="cannot be opened"):
            bytes_of(path, 10, "project")
        with pytest.raises(OSError):
            content(path, 10, "project")
    with pytest.raises(NetloomError, match="no file has such a name"):
        bytes_of(Path("a\0b"), 10, "project")


def handles() -> int:
    """How many files this process has open; 0 where the system does not say."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else 0


@posix
def test_no_handle_stays_open(pipe: Path, tmp_path: Path) -> None:
    before = handles()
    for path in (pipe, tmp_path, tmp_path / "gone"):
        with pytest.raises(NetloomError):
            bytes_of(path, 10, "project")
    assert handles() == before
