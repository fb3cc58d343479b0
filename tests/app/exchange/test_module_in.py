"""Hand-written torch modules come in as projects that give the outputs of the module itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from app.exchange import module_apart, module_in
from app.exchange.import_network import ImportResult, import_network
from app.exchange.module_apart import ExportedModule
from app.exchange.module_export import OLDER, PLAIN, SAMPLES, RefusedError, export
from app.exchange.module_in import import_module, settled_source
from app.exchange.module_source import ModuleSource
from app.training.checkpoints import read
from graph.errors import NetloomError
from graph.project import read_project
from tests.app.exchange.usual_models import USUAL

pytest.importorskip("onnx")
pytestmark = pytest.mark.filterwarnings("ignore")

NET = """
import torch
from torch import nn
from pieces import bend

class Block(nn.Module):
    def __init__(self, before, maps):
        super().__init__()
        self.conv = nn.Conv2d(before, maps, 3, padding=1)

    def forward(self, x):
        return bend(self.conv(x))

class Net(nn.Module):
    def __init__(self, num_classes, wide=False):
        super().__init__()
        self.features = nn.Sequential(Block(1, 4), nn.MaxPool2d(2), Block(4, 6))
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(6 * 16, num_classes)

    def forward(self, picture):
        return self.fc(self.drop(self.features(picture).flatten(1)))

print("read" * 1000)
"""
PIECES = "import torch\n\ndef bend(x):\n    return torch.relu(x)\n"


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleSource:
    """A file with a class that needs an argument, and another file beside it that it imports."""
    return source(tmp_path, monkeypatch, NET, arguments="num_classes=3", inputs=((1, 1, 8, 8),))


def source(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    name: str = "Net",
    arguments: str = "",
    inputs: tuple[tuple[int, ...], ...] = ((1, 4),),
) -> ModuleSource:
    (folder / "its_model.py").write_text(text)
    (folder / "pieces.py").write_text(PIECES)
    monkeypatch.syspath_prepend(str(folder))
    for module in ("its_model", "pieces"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    return ModuleSource(folder / "its_model.py", name, arguments, inputs)


def here(source: ModuleSource, folder: Path, exporters: tuple[str, ...] = (OLDER,)) -> ExportedModule:
    """What `run_apart` gives, by this process."""
    try:
        told = export(source, folder, exporters)
    except RefusedError as refusal:
        told = {"refused": str(refusal)}
    return module_apart._read(told, folder, source.file.name)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are run in this process and exported by the older exporter alone, which takes a tenth of the time."""

    monkeypatch.setattr(module_in, "run_apart", here)


def refused(wanted: ModuleSource, folder: Path) -> str:
    with pytest.raises(NetloomError) as caught:
        import_module(wanted, folder / "out.netloom")
    assert not (folder / "out.netloom").exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.usefixtures("at_once")
def test_a_class_comes_in_with_the_names_and_outputs_of_its_modules(net: ModuleSource, tmp_path: Path) -> None:
    made = import_module(net, tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-5
    assert made.messages[0].startswith("Checked: the network and Net give the same outputs")
    assert made.messages[-1].startswith("1 layer of dropout did not come along")
    project = read_project(tmp_path / "net.netloom")
    named = {node.id: node.layer.kind for node in project.network}
    assert {"features_0_conv": "conv2d", "features_2_conv": "conv2d", "fc": "dense"}.items() <= named.items()
    assert "picture" in named and project.sections["about"] == {"title": "Net"}
    tensors, _ = read(tmp_path / "net.safetensors")
    torch.manual_seed(0)
    first = nn.Conv2d(1, 4, 3)
    assert torch.equal(tensors["features_0_conv.weight"], first.weight)


@pytest.mark.usefixtures("at_once")
def test_its_weights_come_from_a_state_dict(net: ModuleSource, tmp_path: Path) -> None:
    sizes = {
        "features.0.conv.weight": (4, 1, 3, 3),
        "features.0.conv.bias": (4,),
        "fc.weight": (3, 96),
        "fc.bias": (3,),
    }
    sizes |= {"features.2.conv.weight": (6, 4, 3, 3), "features.2.conv.bias": (6,)}
    state = {f"module.{name}": torch.randn(size) for name, size in sizes.items()}
    torch.save({"epoch": 3, "state_dict": state}, tmp_path / "trained.pth")
    made = import_module(replace(net, weights=tmp_path / "trained.pth"), tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-4
    tensors, _ = read(tmp_path / "net.safetensors")
    assert torch.equal(tensors["fc.weight"], state["module.fc.weight"])
    torch.save({name: tensor for name, tensor in state.items() if "fc" not in name}, tmp_path / "part.pth")
    said = refused(replace(net, weights=tmp_path / "part.pth"), tmp_path / "no")
    assert said.startswith("part.pth does not fit Net: Missing key(s)")


FAST = {
    "MLP", "two inputs", "two outputs", "convolutional autoencoder", "LSTM, last step", "GRU, both ways, every step",
    "LSTM encoder and decoder", "text CNN", "LSTM of words", "TCN", "LeNet with log_softmax",
    "Transformer encoder",
}  # fmt: skip
"""Networks of each kind, which are brought in at every run of the tests."""
USUAL_FILE = """
from tests.app.exchange.usual_models import USUAL

def made(name):
    return USUAL[name].built()[0]
"""


def usual(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> ImportResult:
    """A usual network, made by a function of a file."""
    sizes = tuple((1, *each) for each in USUAL[name].sizes)
    wanted = source(folder, monkeypatch, USUAL_FILE, "made", repr(name), sizes)
    return import_module(wanted, folder / "net.netloom")


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in FAST else [pytest.mark.slow]) for name in USUAL]
)
def test_usual_networks_come_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    made = usual(tmp_path, monkeypatch, name)
    assert made.difference is not None and made.difference < 1e-3


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "Nat"}, "its_model.py has no class “Nat”; it has Block, Net."),
        ({"arguments": ""}, 'Net needs num_classes; give --args "num_classes=…".'),
        ({"arguments": "3, depth=2"}, "Net does not take these arguments"),
        ({"arguments": "print()"}, "The arguments “print()” cannot be read"),
        ({"inputs": ()}, "Say what Net takes, the batch first, such as --input 1,1,28,28."),
        ({"inputs": ((1, 1, 9, 9), (1, 2))}, "Net does not take 1 × 1 × 9 × 9 and 1 × 2:"),
        ({"inputs": ((1, 1, 10, 10),)}, "Net does not take 1 × 1 × 10 × 10: mat1 and mat2 shapes cannot be multiplied"),
        ({"name": "bend"}, 'bend needs x; give --args "x=…".'),
    ],
)
def test_what_cannot_be_is_told_with_what_there_is(
    net: ModuleSource, tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    assert reason in refused(replace(net, **changes), tmp_path)  # type: ignore[arg-type]


def one(forward: str, made: str = "self.fc = nn.Linear(4, 2)", head: str = "") -> str:
    """A file with a class of two methods."""
    return (
        f"import torch\nfrom torch import nn\n{head}\n\nclass Net(nn.Module):\n    def __init__(self):\n"
        f"        super().__init__()\n        {made}\n\n    def forward(self, x):\n        return {forward}\n"
    )


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            one("self.fc(x)", head="import no_such_library.parts"),
            "its_model.py imports no_such_library, which is not inst",
        ),
        (
            one("self.fc(x)", head="raise ValueError('odd')"),
            "its_model.py ends in an error at line 3: ValueError: odd.",
        ),
        (one("self.fc(x)", "raise KeyError('k')"), "Net cannot be made at line 8: KeyError: 'k'."),
        (one("self.fc(x)", head="import sys; sys.exit(0)"), "its_model.py ends the program when it is run at line 3"),
        (one("self.fc(x)", head="def"), "its_model.py is not Python that can be read: line 3, "),
        (one("(self.fc(x), 3)"), "Net gives something else than tensors"),
        (
            one("self.fc(x) * torch.det(x.reshape(-1, 2, 2)).unsqueeze(1)"),
            "These operators have no layer in Netloom: Det (",
        ),
        (one("self.fc(x + torch.rand_like(x))"), "These operators have no layer in Netloom: RandomUniformLike ("),
        ("Net = 3\n", "Net in its_model.py is no class of a torch module"),
        ("def Net():\n    return 3\n", "Net in its_model.py makes no torch module"),
    ],
)
def test_files_that_do_not_work_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    assert reason in refused(source(tmp_path, monkeypatch, text), tmp_path)


@pytest.mark.usefixtures("at_once")
def test_a_network_is_held_against_what_the_module_gave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = source(tmp_path, monkeypatch, one("self.fc(x)"))

    def otherwise(source: ModuleSource, folder: Path) -> ExportedModule:
        made = here(source, folder)
        batches = tuple(
            (samples, {name: each + 0.1 for name, each in outputs.items()}) for samples, outputs in made.batches
        )
        assert [len(outputs["output1"]) for _, outputs in batches] == [1, 3]
        return replace(made, batches=batches)

    monkeypatch.setattr(module_in, "run_apart", otherwise)
    assert "gives other outputs, by up to 0.1" in refused(wanted, tmp_path)


@pytest.mark.usefixtures("at_once")
def test_a_module_that_fixes_its_batch_comes_in_with_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = source(tmp_path, monkeypatch, one("self.fc(x.reshape(2, 4))"), inputs=((2, 4),))
    made = import_module(wanted, tmp_path / "net.netloom")
    assert made.difference is not None
    assert any("Net takes batches of 2 alone" in text for text in made.messages)


def test_a_module_that_stands_ready_is_found_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from torch import nn\nmodel = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))\n"
    wanted = settled_source(source(tmp_path, monkeypatch, text, ""))
    assert wanted.name == "model"
    told = export(wanted, tmp_path, (OLDER,))
    assert told == {"dropout": 0, "reasons": {}}
    with np.load(tmp_path / SAMPLES) as arrays:
        assert {name: arrays[name].shape for name in arrays.files} == {
            "0/in/input": (1, 4), "0/out/output1": (1, 2), "1/in/input": (3, 4), "1/out/output1": (3, 2),
        }  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("fixed", [True, False])
def test_an_exported_program_comes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fixed: bool) -> None:
    """By torch's default exporter, as the older one takes no exported programs."""
    monkeypatch.setattr(module_in, "run_apart", partial(here, exporters=(PLAIN,)))
    torch.manual_seed(1)
    module = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2))
    shapes = None if fixed else ({0: torch.export.Dim.DYNAMIC},)
    program = torch.export.export(module.eval(), (torch.randn(2, 1, 4, 4),), dynamic_shapes=shapes)
    torch.export.save(program, tmp_path / "net.pt2")
    made = import_module(ModuleSource(tmp_path / "net.pt2"), tmp_path / "out.netloom")
    assert made.difference is not None and made.difference < 1e-5
    assert any("takes batches of 2 alone" in text for text in made.messages) is fixed
    kinds = [node.layer.kind for node in read_project(tmp_path / "out.netloom").network]
    assert kinds == ["input", "conv2d", "batch_norm", "relu", "flatten", "dense", "output"]


@pytest.mark.slow
@pytest.mark.usefixtures("at_once")
def test_what_is_no_exported_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.pt2").write_bytes(b"no program")
    assert refused(ModuleSource(tmp_path / "net.pt2"), tmp_path).startswith("net.pt2 cannot be read")


def test_an_exported_program_needs_no_more_than_its_file(tmp_path: Path) -> None:
    (tmp_path / "net.pt2").write_bytes(b"no program")
    assert "holds one network with its inputs" in refused(ModuleSource(tmp_path / "net.pt2", "Net"), tmp_path)
    assert "no such file" in refused(ModuleSource(tmp_path / "gone.pt2"), tmp_path)


def test_reading_a_file_runs_nothing_of_it(tmp_path: Path) -> None:
    """Without being asked for a class, `import` only reads, as it always did; nor does settling what is asked for."""
    text = one("x", head=f"open({str(tmp_path / 'ran')!r}, 'w').write('yes')")
    (tmp_path / "model.py").write_text(text)
    with pytest.raises(NetloomError, match="Its module Net comes in by running the file: --class Net, with --input"):
        import_network(tmp_path / "model.py", tmp_path / "out.netloom")
    settled_source(ModuleSource(tmp_path / "model.py", "Net", "", ((1, 4),)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.py"]
