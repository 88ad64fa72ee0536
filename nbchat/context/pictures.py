"""Figures and pictures among the notebook's variables, as a model can be sent them."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

from nbchat.context.classes import asking, is_a, is_from, method, of_class
from nbchat.errors import BadAttachment
from nbchat.library_logs import hushed
from nbchat.media_types import picture_type
from nbchat.messages import Image

LARGEST_PICTURE = 8_000_000  # bytes; providers take 5 to 20 MB for a whole request


def picture(name: str, value: object) -> Image | None:
    """The value as an image, or None for one that is text to a model.

    A matplotlib figure or axes, a grid of seaborn, an `nbchat.Image` or `IPython.display.Image`,
    the bytes of a file, or whatever has a `_repr_png_` in its class; no library is imported for
    that. Raises BadVariable where it cannot be drawn, BadAttachment where it is too large.
    """
    data = _picture_data(name, value)
    if not is_a(data, bytes):
        return None
    data = bytes(memoryview(data))
    kind = picture_type(data)
    if not kind:
        return None
    if len(data) > LARGEST_PICTURE:
        raise BadAttachment(_too_large(name, len(data)))
    return Image(data, kind)


def _picture_data(name: str, value: Any) -> Any:
    """The bytes of a picture file, where it is one or can draw one."""
    if is_a(value, bytes):
        return value
    if is_a(value, Image) or is_from(value, "IPython.core.display", "Image"):
        with asking(name, "its data"):
            return value.data
    artist = is_from(value, "matplotlib.artist", "Artist")
    if artist or is_from(value, "seaborn.axisgrid", "_BaseGrid"):
        with asking(name, "drawing it"):
            return _drawn_figure(value)
    draw = method(value, "_repr_png_")
    if draw is None or method(value, "_repr_latex_"):  # a formula says more as text
        return None
    with asking(name, "_repr_png_()"), hushed("PIL"), suppress(Exception):
        return draw()
    return None  # it cannot be drawn, as an image that is empty; as text it may say why


def _drawn_figure(value: Any) -> bytes | None:
    """The figure as it would be saved; of something in a figure, the figure."""
    figure = value if _is_figure(value) else value.figure  # Axes, as df.plot() returns
    if not _is_figure(figure):
        return None
    file = BytesIO()
    with hushed("matplotlib", "PIL"):
        of_class(figure, "savefig")(file, format="png", bbox_inches="tight")
    return file.getvalue()


def _is_figure(value: object) -> bool:
    return is_from(value, "matplotlib.figure", "Figure")


def _too_large(name: str, size: int) -> str:
    most = f"{LARGEST_PICTURE / 1e6:.0f} MB"
    return (
        f"{name} is an image of {size / 1e6:.1f} MB; {most} can be sent.\n"
        f"Put a smaller one into the question, such as {name}.resize((1000, 800)), "
        "or a figure with a lower dpi."
    )
