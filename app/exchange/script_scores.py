"""Scores of a training script: the function that measures the outputs of a part, for each kind of target."""

from __future__ import annotations

from collections.abc import Sequence

from app.data.dataset import FieldInfo
from app.data.readers.tokens import END, fills_up
from app.data.transforms import FEATURE_AXIS
from app.exchange.script_losses import ScriptHead
from app.exchange.script_pieces import Piece

EVALUATE = '''
@torch.no_grad()
def evaluate(network: nn.Module, part: str) -> dict[str, float]:
    """The mean loss of a part, and its scores; empty where it has no samples."""
    network.eval()
    total, outputs, targets = 0.0, [], []
    for batch in batches(part, EVALUATION_SIZE):
        output = forward(network, batch)
        total += loss_of(output, batch).item() * len(output)
        outputs.append(output.cpu())
        targets.append(batch["TARGET"].cpu())
    if not outputs:
        return {}
    return {"loss": total / len(rows[part]), **scores(torch.cat(outputs), torch.cat(targets))}
'''

EVALUATE_SEVERAL = '''
@torch.no_grad()
def evaluate(network: nn.Module, part: str) -> dict[str, float]:
    """The mean loss of a part, and the scores of every output; empty where it has no samples."""
    network.eval()
    total, outputs, targets = 0.0, [], []
    for batch in batches(part, EVALUATION_SIZE):
        found = forward(network, batch)
        total += loss_of(found, batch).item() * len(found[0])
        outputs.append([output.cpu() for output in found])
        targets.append([batch[name].cpu() for name in (TARGETS)])
    if not outputs:
        return {}
    measured = {"loss": total / len(rows[part])}
    columns = [torch.cat(column) for column in (*zip(*outputs), *zip(*targets))]
MEASURED
    return measured
'''

LABELS = """
    true, said = targets > 0.5, SAID
    hits, alarms, misses = (true & said).sum(0), (~true & said).sum(0), (true & ~said).sum(0)
    wrong = alarms + misses
    return {
        "accuracy": 1 - wrong.sum().item() / true.numel(),
        "exact_match": (true == said).all(1).double().mean().item(),
        "f1_micro": 2 * hits.sum().item() / max(1, (2 * hits + wrong).sum().item()),
        "f1_macro": (2 * hits / (2 * hits + wrong).clamp_min(1)).mean().item(),
    }
"""

PIXELS = """
    true, said = targets.argmax(1), outputs.argmax(1)
    shares = []  # of each class, the pixels that are and were said to be of it, over those that are or were said to be
    for kind in range(outputs.shape[1]):
        either = ((true == kind) | (said == kind)).sum().item()
        if either:
            shares.append(((true == kind) & (said == kind)).sum().item() / either)
    return {"mean_iou": sum(shares) / len(shares), "pixel_accuracy": (true == said).double().mean().item()}
"""

NEXT_TOKEN = """
    counts = COUNTED
    surprise = SURPRISE
    right = (outputs.argmax(2) == targets)[counts].double().mean()
    return {"perplexity": math.exp(surprise.item()), "token_accuracy": right.item()}
"""

TOKENS = """
    counts, predicted = COUNTED, outputs.argmax(2)
ENDED    right = (predicted == targets) & counts
    whole = (right == counts).all(1)
    return {
        "token_accuracy": right.sum().item() / counts.sum().item(),
        "sequence_accuracy": whole.double().mean().item(),
    }
"""

ENDED = """    ends = predicted == END_TOKEN
    predicted[(ends.cumsum(1) - ends.long()) > 0] = 0  # nothing comes behind the end
"""

NUMBERS = """
    error, targets = (VALUES - targets).double(), targets.double()
    own = errorDEVIATION  # in the data's own units
    spread = (targets - targets.mean(OTHERS, keepdim=True)).square().sum(OTHERS)
    varies = spread > 1e-12
    explained = (1 - error.square().sum(OTHERS) / spread)[varies]
    return {"rmse": own.square().mean().sqrt().item(), "mae": own.abs().mean().item(), "r2": explained.mean().item()}
"""

PADDED_NUMBERS = """
    counts = ~targets.isnan()  # the steps that count
    error = torch.where(counts, VALUES - targets, 0.0).double()
    targets, number = torch.where(counts, targets, 0.0).double(), counts.sum(OTHERS)
    own = errorDEVIATION  # in the data's own units
    spread = targets.square().sum(OTHERS) - targets.sum(OTHERS).square() / number
    explained = (1 - error.square().sum(OTHERS) / spread)[spread > 1e-12]
    return {
        "rmse": math.sqrt(own.square().sum().item() / number.sum().item()),
        "mae": own.abs().sum().item() / number.sum().item(),
        "r2": explained.mean().item(),
    }
"""


def scores_piece(heads: Sequence[ScriptHead], scaled: frozenset[str]) -> Piece:
    """The functions that measure a part; ``scaled`` are the keys of standardised targets."""
    if len(heads) == 1:
        functions = [_function("scores", heads[0], scaled), EVALUATE.replace("TARGET", heads[0].key).strip()]
    else:
        names = [f"{each.head.output}_scores" for each in heads]
        functions = [_function(name, each, scaled) for name, each in zip(names, heads, strict=True)]
        whole = EVALUATE_SEVERAL.replace("TARGETS", ", ".join(f'"{each.key}"' for each in heads))
        measured = "\n".join(
            f"    for name, value in {name}(columns[{number}], columns[{number + len(heads)}]).items():\n"
            f'        measured[f"{each.head.output}.{{name}}"] = value'
            for number, (name, each) in enumerate(zip(names, heads, strict=True))
        )
        functions.append(whole.replace("MEASURED", measured).strip())
    words = "What tells people more than a loss. Dropout and the like are off while the network is measured."
    return Piece("The scores", words, "\n\n\n".join(functions))


def _function(name: str, each: ScriptHead, scaled: frozenset[str]) -> str:
    what, body = _body(each, scaled)
    head = f"def {name}(outputs: torch.Tensor, targets: torch.Tensor) -> dict[str, float]:"
    return f'{head}\n    """{what}"""\n{body.strip(chr(10))}'


def _body(each: ScriptHead, scaled: frozenset[str]) -> tuple[str, str]:
    """What the scores of an output are, and the lines that measure them."""
    head = each.head
    if head.labels:
        said = _above("outputs", head.threshold, probability=bool(head.final_activation))
        return (
            "The share of right labels, of samples that are wholly right, and F1 over all labels and by label.",
            LABELS.replace("SAID", said),
        )
    if head.pixels:
        return "The overlap of each class (intersection over union), and the share of right pixels.", PIXELS
    if head.field.next_of:
        return _next_tokens(each)
    if head.listed:
        return _tokens(head.field)
    if head.classes:
        return "The share of right classes.", _classes(each)
    if head.binary:
        return _marks(each)
    values = "outputs"
    if head.loss == "bce":
        values = "outputs.clamp(0, 1)" if head.final_activation else "outputs.sigmoid()"
    axis, axes = FEATURE_AXIS[head.field.shape.kind], len(head.field.shape.sizes) + 1
    others = tuple(number for number in range(axes) if number != axis)
    deviation = f" * torch.from_numpy({each.key}_deviation)" if each.key in scaled else ""
    template = PADDED_NUMBERS if head.padded else NUMBERS
    body = template.replace("VALUES", values).replace("OTHERS", str(others if len(others) > 1 else others[0]))
    body = (
        body.replace("DEVIATION", deviation)
        if deviation
        else body.replace("errorDEVIATION  # in the data's own units", "error")
    )
    return "Errors in the data's own units, and R2: which share of the targets' variance is explained.", body


def _above(values: str, threshold: float, *, probability: bool) -> str:
    """Whether the probability is above the threshold."""
    if probability:
        return f"{values} > {threshold!r}"
    return f"{values} > 0" if threshold == 0.5 else f"{values}.sigmoid() > {threshold!r}"


def _classes(each: ScriptHead) -> str:
    head = each.head
    if each.single and head.gives_scores:
        said = f"outputs[:, 0] > {0 if head.gives_margins else 0.5}"
    elif each.single:
        said = _above("outputs[:, 0]", head.threshold, probability=bool(head.final_activation))
    elif head.classes == 2 and head.threshold != 0.5 and not head.gives_scores:
        made = (
            "outputs" if head.final_activation else "outputs.sigmoid()" if head.loss == "bce" else "outputs.softmax(1)"
        )
        return (
            f"    shares = {made}\n    said = shares[:, 1] / shares.sum(1) > {head.threshold!r}\n"
            '    return {"accuracy": (said == targets).double().mean().item()}'
        )
    else:
        said = "outputs.argmax(1)"
    if each.single:
        return f'    said = {said}\n    return {{"accuracy": (said == targets).double().mean().item()}}'
    return f'    return {{"accuracy": ({said} == targets).double().mean().item()}}'


def _marks(each: ScriptHead) -> tuple[str, str]:
    head = each.head
    said = _above("outputs", head.threshold, probability=bool(head.final_activation))
    right = f"(({said}) == (targets > 0.5))"
    if not head.padded:
        return "The share of right marks.", f'    return {{"accuracy": {right}.double().mean().item()}}'
    return (
        "The share of right marks, of those that count.",
        f'    right = {right}[~targets.isnan()]\n    return {{"accuracy": right.double().mean().item()}}',
    )


def _counted(field: FieldInfo) -> str:
    return "targets != 0" if fills_up(field.vocabulary) else "torch.ones_like(targets, dtype=torch.bool)"


def _next_tokens(each: ScriptHead) -> tuple[str, str]:
    head = each.head
    if head.final_activation:
        surprise = "-outputs.double().clamp(1e-30, 1).log().gather(2, targets[:, :, None])[:, :, 0][counts].mean()"
    else:
        surprise = "F.cross_entropy(outputs[counts].double(), targets[counts])"
    body = NEXT_TOKEN.replace("COUNTED", _counted(head.field)).replace("SURPRISE", surprise)
    return "Among how many tokens one would have to guess to be as unsure, and the share of right next tokens.", body


def _tokens(field: FieldInfo) -> tuple[str, str]:
    ended = END in field.vocabulary and fills_up(field.vocabulary)
    body = TOKENS.replace("ENDED", ENDED.replace("END_TOKEN", str(field.vocabulary.index(END))) if ended else "")
    return "The share of right tokens, and of samples all of whose tokens are right.", body.replace(
        "COUNTED", f"({_counted(field)})" if not fills_up(field.vocabulary) else _counted(field)
    )
