"""The training loop of a script: epochs, steps, the epoch that is kept, the test, and the curves."""

from __future__ import annotations

from app.exchange.script_pieces import Piece
from app.exchange.script_steps import is_scheduled
from app.training.plan import Plan

AVERAGE = '''
average = copy.deepcopy(network)


@torch.no_grad()
def average_in(step: int) -> None:
    """Take the weights after so many steps into their moving average, which is measured and kept in their place."""
    decay = min(EMA, (1 + step) / (10 + step))  # during the first steps less of it stays
    for mine, now in zip(average.state_dict().values(), network.state_dict().values()):
        if mine.is_floating_point():
            mine.lerp_(now, 1 - decay)
'''


def loop_piece(plan: Plan, target: str, *, validated: bool, smoothed: bool, frozen: bool, altered: bool) -> Piece:
    """The loop over epochs and batches.

    ``target`` is the key of a field, ``validated`` whether there is a validation set, ``smoothed`` whether training
    steps have a loss of their own, ``altered`` whether their samples are altered.
    """
    used = "average" if plan.ema else "network"
    lines = [*_epoch(plan, target, smoothed=smoothed, frozen=frozen, altered=altered)]
    lines += [
        '    row = {"epoch": epoch + 1, "train loss": total / len(rows["train"])}',
        *(
            [
                f'    measured = evaluate({used}, "validation")',
                '    row.update({f"validation {name}": value for name, value in measured.items()})',
            ]
            if validated
            else []
        ),
        "    curves.append(row)",
        '    print(", ".join(f"{name} {value:.4g}" for name, value in row.items()))',
        *_judged(plan, used, validated),
    ]
    before = (AVERAGE.strip() + "\n\n\n") if plan.ema else ""
    words = ["In every epoch the network sees each training sample once; after it, it is measured on samples that it"]
    words += ["does not learn from." if validated else "learned from, since there is no validation set."]
    part = "validation" if validated else "training"
    if plan.keep_best:
        words.append(f"The weights of the epoch with the lowest {part} loss are kept.")
    if plan.patience:
        words.append(f"It stops early after {plan.patience} epochs without a better {part} loss.")
    return Piece("Training", " ".join(words), before + "\n".join(lines))


def _epoch(plan: Plan, target: str, *, smoothed: bool, frozen: bool, altered: bool) -> list[str]:
    loss = "training_loss" if smoothed else "loss_of"
    judged = plan.keep_best or plan.patience
    counted = is_scheduled(plan) or bool(plan.ema)
    first = ["curves = []", *(["step = 0"] if counted else [])]
    if judged:
        first.append("best_loss, best_epoch = math.inf, 0")
    if plan.patience:
        first.append("waited = 0")
    parts = plan.accumulate > 1
    lines = [
        *first,
        "for epoch in range(EPOCHS):",
        "    network.train()",
        *(["    for layer in FROZEN:", "        layer.eval()"] if frozen else []),
        "    total = 0.0",
        *(
            [
                '    for number, batch in enumerate(batches("train", BATCH_SIZE, epoch)):',
                "        batch = altered(batch, epoch, number)",
            ]
            if altered
            else ['    for batch in batches("train", BATCH_SIZE, epoch):']
        ),
    ]
    if is_scheduled(plan):
        lines += ["        for group in optimiser.param_groups:", '            group["lr"] = learning_rate(step)']
    lines.append("        optimiser.zero_grad()")
    if parts:
        lines += [
            f'        size = len(batch["{target}"])',
            "        for part in parts_of(batch):  # one after another, their gradients added up",
            f'            loss = {loss}(forward(network, part), part) * (len(part["{target}"]) / size)',
            "            loss.backward()",
            "            total += loss.item() * size",
        ]
    else:
        lines += [
            f"        loss = {loss}(forward(network, batch), batch)",
            "        loss.backward()",
            f'        total += loss.item() * len(batch["{target}"])',
        ]
    if plan.clip:
        lines.append("        nn.utils.clip_grad_norm_(network.parameters(), CLIP)  # no step is longer than that")
    lines += ["        optimiser.step()", *(["        step += 1"] if counted else [])]
    if plan.ema:
        lines.append("        average_in(step)")
    lines += [
        "    if not math.isfinite(total):",
        '        raise ValueError("The loss is no longer a number; lower LEARNING_RATE.")',
    ]
    return lines


def _judged(plan: Plan, used: str, validated: bool) -> list[str]:
    """What follows from the loss that is watched."""
    plateau = plan.schedule == "plateau"
    if not (plan.keep_best or plan.patience or plateau):
        return []
    lines = [f'    watched = {"measured" if validated else "row"}["{"loss" if validated else "train loss"}"]']
    if plateau:
        lines.append("    watch_plateau(watched)")
    if not (plan.keep_best or plan.patience):
        return lines
    lines += ["    if watched < best_loss:", "        best_loss, best_epoch = watched, epoch + 1"]
    if plan.keep_best:
        lines.append(f"        best_weights = copy.deepcopy({used}.state_dict())")
    if plan.patience:
        lines += [
            "        waited = 0",
            "    else:",
            "        waited += 1",
            "    if waited >= PATIENCE:",
            '        print(f"Stopped early: the best was epoch {best_epoch}.")',
            "        break",
        ]
    return lines


PARTS_OF = '''
def parts_of(batch: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    """A batch in PARTS parts of about the same size, none of a single sample."""
    count = max(1, min(PARTS, len(batch["TARGET"]) // 2))
    split = zip(*(values.tensor_split(count) for values in batch.values()))
    return [dict(zip(batch, values)) for values in split]
'''


def tested_piece(plan: Plan, stem: str, tested: bool) -> Piece:
    """The test, once, with the weights that are kept, which are written to a file."""
    lines = []
    if plan.keep_best:
        lines.append("network.load_state_dict(best_weights)")
    elif plan.ema:
        lines.append("network.load_state_dict(average.state_dict())")
    epoch = "best_epoch" if plan.keep_best else "len(curves)"
    if tested:
        lines += [
            'test = evaluate(network, "test")',
            f'print(f"Test, with the weights of epoch {{{epoch}}}:")',
            'print(", ".join(f"{name} {value:.4g}" for name, value in test.items()))',
        ]
    lines.append(f'torch.save(network.state_dict(), FOLDER / "{stem}_weights.pt")')
    words = (
        "Only now does the network meet the test set: what was never looked at tells how well it does on new samples."
        if tested
        else "There is no test set, so nothing tells how well the network does on new samples."
    )
    return Piece("The test", f"{words} `{stem}_weights.pt` keeps the weights.", "\n".join(lines))


def curves_piece(stem: str) -> Piece:
    """The curves as a table and, where matplotlib is there, as a picture."""
    code = f'''
with open(FOLDER / "{stem}_curves.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, list(curves[0]))
    writer.writeheader()
    writer.writerows(curves)
if plt is not None:
    for name in [name for name in curves[0] if name.endswith("loss")]:
        plt.plot([row["epoch"] for row in curves], [row[name] for row in curves], label=name)
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.legend()
    plt.savefig(FOLDER / "{stem}_curves.png")
'''
    words = f"A row for each epoch in `{stem}_curves.csv`, and a picture where matplotlib is installed."
    return Piece("The curves", words, code)
