"""The subcommand `style`: a picture with the content of one and the style of another, by a trained network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.printing import Json, print_json, print_line
from app.cli.run_verbs import RunOrEpoch
from app.system.number_format import format_short
from graph.errors import NetloomError

if TYPE_CHECKING:
    from app.protocol.style_messages import PictureChoice, StyledPicture, TransferStyle
    from graph.network import Network

SAMPLE, TEXTURE = "sample:", "texture:"
"""How a picture begins that is no file."""
PICTURE = "A picture file, sample:N of the data (1 is the first), or texture:stripes, checks, waves or dots."
SETTINGS = (
    "A setting, as often as needed: content_layer, style_layers (with commas), content_weight, style_weight, "
    "variation, steps, start (noise or content), scale."
)


def style(
    run: RunOrEpoch,
    content: Annotated[str, typer.Option(metavar="PICTURE", help=PICTURE, show_default=False)],
    style: Annotated[str, typer.Option(metavar="PICTURE", help="The same, whose style is taken.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The PNG file to write.", show_default=False)],
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help=SETTINGS, show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another number begins from other noise.")] = 0,
    enlarge: Annotated[int, typer.Option(min=1, max=64, help="Pixels of the file along each value's side.")] = 8,
    json: Json = False,
) -> None:
    """Give the style of one picture to the content of another, and write what comes of it as a PNG file.

    The same seed makes the same picture. The JSON tells both losses after each step.
    """
    from app.exchange.enlarged_png import enlarged_png
    from app.insight.style_settings import StyleSettings
    from app.protocol.style_messages import TransferStyle
    from app.training.training_session import load_model
    from app.worker.style_requests import transfer_style
    from graph.atomic_write import write_atomically

    if output.suffix.lower() != ".png":
        raise NetloomError(f"{output}: the picture is written as PNG; end the name with .png.")
    named = dict(map(_setting, changes or ()))
    layer, layers = named.pop("content_layer", ""), named.pop("style_layers", "")
    numbers = {name: _number(name, value) for name, value in named.items()}
    settings = StyleSettings().changed(**({"seed": seed} | numbers))
    pictures = _choice(content), _choice(style)
    opened, model = load_model(run)
    chosen = _layers(opened.project.network, layer, layers)
    request = TransferStyle(
        content=pictures[0], style=pictures[1], content_layer=chosen[0], style_layers=chosen[1],
        settings=settings.values(), seconds=float("inf"),
    )  # fmt: skip
    made = transfer_style(model, request)
    write_atomically(output, enlarged_png(made.picture, made.low, made.high, enlarge))
    if json:
        told = {"run": str(opened.path), "file": str(output), "content": content, "style": style}
        print_json(told | _losses(made, request) | {"settings": settings.values()})
        return
    print_line(f"Written: {output}")
    print_line(f"content loss {_change(made.content_loss)}, style loss {_change(made.style_loss)}")


def _choice(text: str) -> PictureChoice:
    """The picture that an argument names."""
    from app.protocol.style_messages import PictureChoice

    if text.startswith(TEXTURE):
        return PictureChoice(texture=text.removeprefix(TEXTURE))
    if not text.startswith(SAMPLE):
        return PictureChoice(file=Path(text))
    number = text.removeprefix(SAMPLE)
    if not number.isdecimal() or len(number) > 12 or not int(number):
        raise NetloomError(f"{text} is no sample; give its number, such as sample:1 for the first.")
    return PictureChoice(sample=int(number) - 1)


def _setting(text: str) -> tuple[str, str]:
    """The name and the value of a setting, such as ``steps=100``."""
    from app.insight.style_settings import StyleSettings

    name, equals, value = text.partition("=")
    known = ("content_layer", "style_layers", *StyleSettings.model_fields)
    if not equals or name not in known:
        raise NetloomError(f"--set {text}: write NAME=VALUE with one of {', '.join(known)}.")
    return name, value


def _number(name: str, text: str) -> int | float | str:
    """The value of a setting as what it is: a number, or a word."""
    from app.insight.style_settings import StyleSettings

    kind = type(getattr(StyleSettings(), name))
    try:
        value: int | float | str = kind(text)
    except ValueError:
        raise NetloomError(f"--set {name}={text}: {text} is no {'whole ' * (kind is int)}number.") from None
    return value


def _layers(network: Network, content: str, style: str) -> tuple[str, tuple[str, ...]]:
    """The content layer and the style layers, the usual ones where none are named."""
    from app.insight.style_settings import style_layers, usual_content_layer

    offered = style_layers(network)
    named = tuple(part.strip() for part in style.split(",") if part.strip())
    return content or usual_content_layer(offered), named or tuple(offered)


def _losses(made: StyledPicture, request: TransferStyle) -> dict[str, Any]:
    return {
        "content_layer": request.content_layer,
        "style_layers": list(request.style_layers),
        "content_loss": made.content_loss.tolist(),
        "style_loss": made.style_loss.tolist(),
    }


def _change(losses: Any) -> str:
    """The first and the last of some losses."""
    return f"{format_short(float(losses[0]), 3)} → {format_short(float(losses[-1]), 3)}"
