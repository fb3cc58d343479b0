"""Arrays from other programs: NumPy's files and MNIST's, with nothing believed about their size."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from app.data.dataset import Array, Task
from app.data.readers import array_format
from app.data.readers.array_files import rows_of
from app.data.sources.arrays import Arrays
from graph.errors import NetloomError
from graph.shapes import image, sequence, vector, video
from tests.app.conftest import Write, idx, packed_idx

RNG = np.random.default_rng(0)


def npz(path: Path, **arrays: Array) -> str:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return str(path)


def test_an_npz_with_samples_and_targets(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", y=np.arange(40) % 4, x=RNG.normal(size=(40, 6)))
    source = Arrays(path=path)
    dataset = source.load()
    assert dataset.task is Task.CLASSIFICATION
    assert dataset.input_field().shape == vector(6)
    assert dataset.target_field().classes == ("0", "1", "2", "3")
    assert source.info() == dataset.info


def test_targets_of_the_same_part_belong_together(tmp_path: Path) -> None:
    both = {"x_train": RNG.normal(size=(30, 6)), "x_test": RNG.normal(size=(9, 6))}
    path = npz(tmp_path / "a.npz", **both, y_test=np.arange(9) % 2, y_train=np.arange(30) % 3)
    assert Arrays(path=path).load().target_field().classes == ("0", "1", "2")


def test_arrays_called_test_and_validation_are_these_parts(tmp_path: Path) -> None:
    sizes = {"train": 30, "test": 9, "val": 6}
    both = {f"x_{name}": RNG.normal(size=(count, 6)) for name, count in sizes.items()}
    aims = {f"y_{name}": np.arange(count) % 3 for name, count in sizes.items()}
    dataset = Arrays(path=npz(tmp_path / "a.npz", **both, **aims)).load()
    assert dataset.given is not None and dataset.given.tolist() == [0] * 30 + [1] * 6 + [2] * 9
    values = dataset.input_field().values
    np.testing.assert_allclose(values, np.concatenate([both[f"x_{name}"] for name in ("train", "val", "test")]), 1e-6)
    assert np.asarray(dataset.target_field().values)[36:].tolist() == aims["y_test"].tolist()
    both["x_test"] = RNG.normal(size=(9, 5))
    odd = Arrays(path=npz(tmp_path / "b.npz", **both, **aims)).load()
    assert odd.given is not None and odd.given.tolist() == [0] * 30 + [1] * 6
    del aims["y_val"]
    assert Arrays(path=npz(tmp_path / "c.npz", **both, **aims)).load().given is None
    bare = Arrays(path=npz(tmp_path / "d.npz", x_train=both["x_train"], x_val=both["x_val"])).load()
    assert bare.task is Task.RECONSTRUCTION and bare.samples == 36


@pytest.mark.parametrize(("other", "part"), [("t10k", 2), ("test", 2), ("valid", 1)])
def test_mnist_files_of_other_parts_are_these_parts(write: Write, other: str, part: int) -> None:
    pictures = RNG.integers(0, 256, (40, 28, 28))
    path = write("train-images-idx3-ubyte.gz", packed_idx(pictures[:30]))
    write("train-labels-idx1-ubyte.gz", packed_idx(np.arange(30) % 10))
    write(f"{other}-images-idx3-ubyte.gz", packed_idx(pictures[30:]))
    assert Arrays(path=str(path)).load().given is None, "the labels are missing"
    write(f"{other}-labels-idx1-ubyte.gz", packed_idx(np.arange(10)))
    dataset = Arrays(path=str(path)).load()
    assert dataset.given is not None and dataset.given.tolist() == [0] * 30 + [part] * 10
    np.testing.assert_allclose(dataset.input_field().values[:, 0], pictures / 255, atol=1e-6)
    assert np.asarray(dataset.target_field().values)[30:].tolist() == list(range(10))


def test_parts_that_take_too_much_memory_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = npz(tmp_path / "a.npz", x_train=np.zeros((300, 60)), x_test=np.zeros((300, 60)))
    monkeypatch.setenv("NETLOOM_MEMORY", "4e-4")
    with pytest.raises(NetloomError, match=r"a\.npz would take"):
        Arrays(path=path).load()


def test_targets_lie_in_a_file_of_their_own(tmp_path: Path) -> None:
    for name, samples in (("x_train", "y_train"), ("X", "y")):
        np.save(tmp_path / f"{name}.npy", RNG.normal(size=(30, 6)))
        np.save(tmp_path / f"{samples}.npy", np.arange(30) % 3)
        dataset = Arrays(path=str(tmp_path / f"{name}.npy")).load()
        assert dataset.task is Task.CLASSIFICATION
        np.save(tmp_path / f"{samples}.npy", np.arange(30) % 2)
        assert len(Arrays(path=str(tmp_path / f"{name}.npy")).load().target_field().classes) == 2


def test_a_file_that_unfolds_beyond_the_memory_for_data_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETLOOM_MEMORY", "1e-4")
    (tmp_path / "a.idx.gz").write_bytes(gzip.compress(idx(np.zeros((400, 40, 40)))))
    with pytest.raises(NetloomError, match=r"a\.idx\.gz unfolds to more than 0\.0001 GB"):
        Arrays(path=str(tmp_path / "a.idx.gz")).load()


def test_arrays_can_be_named(tmp_path: Path) -> None:
    path = npz(tmp_path / "a.npz", a=RNG.normal(size=30), b=RNG.normal(size=(30, 6)))
    dataset = Arrays(path=path, target="a").load()
    assert dataset.task is Task.REGRESSION
    assert (dataset.input_field().shape, dataset.target_field().shape) == (vector(6), vector(1))
    with pytest.raises(NetloomError, match="no array “c”; it has “a”, “b”"):
        Arrays(path=path, samples="c").load()


def test_mnist_files_find_their_labels(write: Write) -> None:
    pictures = RNG.integers(0, 256, (30, 28, 28))
    path = write("train-images-idx3-ubyte.gz", packed_idx(pictures))
    write("train-labels-idx1-ubyte.gz", packed_idx(np.arange(30) % 10))
    dataset = Arrays(path=str(path)).load()
    assert dataset.input_field().shape == image(1, 28, 28)
    np.testing.assert_allclose(dataset.input_field().values[:, 0], pictures / 255, atol=1e-6)
    assert dataset.target_field().values.tolist() == [number % 10 for number in range(30)]


def test_without_targets_the_input_is_reconstructed(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", RNG.normal(size=(30, 6)))
    dataset = Arrays(path=str(tmp_path / "a.npy")).load()
    assert (dataset.task, dataset.target, list(dataset.fields)) == (Task.RECONSTRUCTION, "input", ["input"])


def test_a_file_of_targets_beside_can_be_named(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", RNG.normal(size=(30, 6)))
    np.save(tmp_path / "b.npy", np.array(["no", "yes"])[np.arange(30) % 2])
    assert Arrays(path="a.npy", target="b.npy").load(tmp_path).target_field().classes == ("no", "yes")
    with pytest.raises(NetloomError, match="no array"):
        Arrays(path="a.npy", target="../b.npy").load(tmp_path)


@pytest.mark.parametrize(
    ("axes", "layout", "shape"),
    [
        ((), "auto", vector(1)),
        ((5,), "auto", vector(5)),
        ((28, 28), "auto", image(1, 28, 28)),
        ((100, 3), "auto", sequence(100, 3)),
        ((100, 3), "grey", image(1, 100, 3)),
        ((28, 28), "sequence", sequence(28, 28)),
        ((28, 28), "vector", vector(784)),
        ((3, 32, 32), "auto", image(3, 32, 32)),
        ((32, 32, 3), "auto", image(3, 32, 32)),
        ((4, 3, 8, 8), "auto", video(4, 3, 8, 8)),
    ],
)
def test_axes_say_what_a_sample_is(tmp_path: Path, axes: tuple[int, ...], layout: str, shape: object) -> None:
    values = RNG.normal(size=(12, *axes)).astype(np.float32)
    np.save(tmp_path / "a.npy", values)
    field = Arrays.parse({"path": "a.npy", "layout": layout}, "test").load(tmp_path).input_field()
    assert field.shape == shape
    if axes == (32, 32, 3):
        np.testing.assert_array_equal(field.values[:, 1], values[..., 1])


@pytest.mark.parametrize(
    ("axes", "type", "by_row"),
    [((5, 1, 4), "f4", True), ((5,), "u1", True), ((0, 4), "f4", False), ((5, 4), "U3", False)],
)
def test_rows_of_numbers_are_read_one_by_one(tmp_path: Path, axes: tuple[int, ...], type: str, by_row: bool) -> None:
    values = np.ones(axes, type)
    np.save(tmp_path / "a.npy", values)
    rows = rows_of(tmp_path / "a.npy")
    assert (rows is not None) is by_row
    if rows is not None:
        np.testing.assert_array_equal(rows[np.arange(axes[0])], values)


def test_three_samples_are_enough(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", RNG.normal(size=(3, 5)))
    assert Arrays(path=str(tmp_path / "a.npy")).load().samples == 3


def npy(values: Array, **options: bool) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values, **options)
    return stream.getvalue()


def bomb() -> bytes:
    """A small archive that says it unfolds to far more than is allowed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", npy(np.zeros((1 << 20,), dtype=np.uint8)))
    return stream.getvalue()


def header(shape: str) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.npy", b"", "holds no arrays"),
        ("a.npy", npy(np.array([{}, 1], dtype=object), allow_pickle=True), "pickled Python objects"),
        ("a.npy", npy(np.zeros((30, 4)))[:300], "cut off"),
        ("a.npy", header("(1000000000, 1000000000)"), "unfolds to more than 2 GB"),
        ("a.npy", header("(100000, 100)"), "cut off"),
        ("a.npy", header("(-5, -5)"), "cut off|damaged"),
        ("a.npy", npy(np.full((9, 3), np.nan)), "27 values that are NaN"),
        ("a.npy", npy(np.full((9, 3), np.inf)), "27 values that are NaN, infinite"),
        ("a.npy", npy(np.full((9, 3), 1e300)), "too large"),
        ("a.npy", npy(np.zeros((2, 3))), "at least 3 samples"),
        ("a.npy", npy(np.zeros((9, 0))), "at least 3 samples"),
        ("a.npy", npy(np.array(5.0)), "at least 3 samples"),
        ("a.npy", npy(np.zeros((9, 3), dtype=complex)), "numbers are needed"),
        ("a.npy", npy(np.array(["a"] * 9)), "samples must be numbers"),
        ("a.npy", npy(np.zeros((4, 1, 1, 1, 1, 2))), "5 axes cannot be used"),
        ("a.npz", b"PK\x03\x04broken", "damaged"),
        ("a.idx", idx(np.zeros((9, 4, 4)))[:60], "cut off"),
        ("a.idx", struct.pack(">HBBII", 0, 8, 2, 1 << 31, 1 << 31), "unfolds to more than 2 GB"),
        ("a.idx", b"\0\0\x08\x09", "not an IDX file"),
        ("a.gz", packed_idx(np.zeros((9, 4, 4)))[:20], "damaged or cut off|cannot be read"),
        ("a.gz", gzip.compress(b"hello world", mtime=0), "not an IDX file"),
    ],
)
def test_unusable_files_are_refused_in_a_sentence(write: Write, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(NetloomError, match=reason):
        Arrays(path=str(write(name, content))).load()


def test_an_archive_that_unfolds_too_far_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_format, "LIMIT", 100_000)
    with pytest.raises(NetloomError, match="unfolds to more than"):
        Arrays(path=str(write("a.npz", bomb()))).load()


def test_what_a_packed_file_says_of_its_size_claims_no_memory(write: Write) -> None:
    """A few bytes that unfold to half a GB of nothing, and one that only says so."""
    zeros = gzip.compress(struct.pack(">HBBII", 0, 8, 2, 1 << 10, 1 << 20) + bytes(1 << 20), mtime=0)
    path = write("a.gz", zeros)
    tracemalloc.start()
    try:
        with pytest.raises(NetloomError, match="unfolds to more than 500 times its size"):
            Arrays(path=str(path)).load()
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()


def test_targets_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match="30 samples but 29 targets"):
        Arrays(path=npz(tmp_path / "a.npz", x=np.zeros((30, 2)), y=np.arange(29))).load()
    with pytest.raises(NetloomError, match="1 different targets"):
        Arrays(path=npz(tmp_path / "b.npz", x=np.zeros((30, 2)), y=np.zeros(30, dtype=int))).load()
    with pytest.raises(NetloomError, match="“video” needs 4 axes"):
        Arrays(path=npz(tmp_path / "c.npz", x=np.zeros((30, 2))), layout="video").load()
