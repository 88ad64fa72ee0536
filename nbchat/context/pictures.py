"""Figures and pictures among the notebook's variables, as a model can be sent them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from nbchat.context import figures
from nbchat.context.asking import LONGEST_DRAWING, asking
from nbchat.context.bounded import cut_end, size_text
from nbchat.context.classes import class_name, is_a, is_from, method, module_name, of_class, stored
from nbchat.context.files import LARGEST_PICTURE as LARGEST_PICTURE
from nbchat.context.forms import Form
from nbchat.context.reprs import not_sent
from nbchat.context.shown import Shown
from nbchat.library_logs import hushed
from nbchat.media_types import PDF, media_type_of, picture_type
from nbchat.messages import File, Image

# What a class can show itself as, the best first. Text of these kinds is left to `reprs`.
_WAYS = ("_repr_png_", "_repr_jpeg_", "_repr_mimebundle_")
SMALLER = (1000, 1000)  # pixels of a picture that was too large


def show_picture(name: str, value: object, form: Form) -> Shown | None:
    """A figure or a picture as an image; None for what is text to a model.

    A figure of matplotlib, seaborn, plotly or altair and what is in one, a picture of PIL, an
    `nbchat.Image`, an `IPython.display.Image`, the bytes of a picture or a PDF, and whatever
    draws itself by a method of its class.
    """
    if module_name(type(value)).startswith("bokeh."):
        return not_sent(name, class_name(value), "a figure of matplotlib, or the table behind it")
    if form.kind == "schema":
        return _kept_back(name, value)
    if figures.is_of_plotly(value):
        drawn = figures.plotly_picture(value)
        return _image(name, value, drawn) if drawn else figures.plotly_summary(value)
    if figures.is_of_altair(value):
        drawn = figures.altair_picture(value)
        return _image(name, value, drawn) if drawn else figures.altair_summary(value)
    if is_a(value, File):
        return _document(value)
    if is_from(value, "IPython.core.display", "SVG"):
        return _svg(value)
    data: Any = _data(value)
    if data is None and is_from(value, "IPython.core.display", "Image"):
        return not_sent(name, "picture on the web", "the bytes of its file")
    return _image(name, value, bytes(memoryview(data))) if is_a(data, bytes) else None


def _kept_back(name: str, value: object) -> Shown | None:
    """Why no picture is sent where no value may leave."""
    is_figure = figures.is_of_plotly(value) or figures.is_of_altair(value)
    if is_figure or figures.figure_of(value) is not None or _is_picture(value):
        return Shown(refusal=f"{name} is not sent: a figure shows values")
    return None


def _is_picture(value: object) -> bool:
    if is_a(value, bytes):
        return bool(media_type_of(bytes(memoryview(value))))  # type: ignore[arg-type]
    of_ours = is_a(value, Image, File) or is_from(value, "IPython.core.display", "Image", "SVG")
    return of_ours or any(method(value, way) is not None for way in _WAYS[:2])


def _image(name: str, value: object, data: bytes) -> Shown | None:
    kind = picture_type(data)
    if media_type_of(data) == PDF:
        return _document(File(data, name=f"{name}.pdf"))
    if not kind:
        return None
    if len(data) > LARGEST_PICTURE:
        data = _smaller(value) or data
    if len(data) > LARGEST_PICTURE:
        most = f"{LARGEST_PICTURE / 1e6:.0f} MB"
        has = f"an image of {size_text(len(data))}, and {most} can be sent"
        return Shown(refusal=f"{name} is not sent: {has}; send {name}.resize((1000, 800)), say")
    facts = ("image", size_text(len(data)))
    return Shown("image", facts=facts, attached=(Image(data, kind),))


def _document(file: Any) -> Shown:
    return Shown("PDF", facts=(file.name, size_text(len(file.data))), attached=(file,))


def _svg(value: object) -> Shown | None:
    text = stored(value).get("_data")
    if type(text) is not str:
        text = stored(value).get("data")
    return Shown("SVG", cut_end(text), "xml") if type(text) is str else None


def _smaller(value: object) -> bytes | None:
    """A picture of PIL, drawn again with fewer pixels."""
    draw = method(value, "_repr_png_")
    if draw is None or not is_from(value, "PIL.Image", "Image"):
        return None
    with asking("making it smaller", LONGEST_DRAWING), hushed("PIL"):
        copy = of_class(value, "copy")()
        of_class(copy, "thumbnail")(SMALLER)
        data = of_class(copy, "_repr_png_")()
    return data if is_a(data, bytes) else None


# --- what can draw itself ------------------------------------------------------------------------


def _data(value: Any) -> object:
    """The bytes of a picture file, where it is one or can draw one."""
    if is_a(value, bytes):
        return value
    if is_a(value, Image) or is_from(value, "IPython.core.display", "Image"):
        with asking("its data"):
            return value.data
    figure = figures.figure_of(value)
    if figure is not None:
        return figures.drawn(figure)
    for way in _ways(value):
        data = _drawn_by(value, way)
        if data is not None:
            return data
    return None


def _ways(value: object) -> Iterator[str]:
    if method(value, "_repr_latex_") is not None or method(value, "_repr_markdown_") is not None:
        return  # a formula says more as text
    yield from (way for way in _WAYS if method(value, way) is not None)


def _drawn_by(value: object, way: str) -> object:
    """What a method of its class draws; None where it draws nothing: as text it may say why."""
    draw = method(value, way)
    if draw is None:
        return None
    with asking("drawing it", LONGEST_DRAWING), hushed("PIL"):
        try:
            made = draw()
        except Exception:
            return None
    if type(made) is tuple and made:  # with its metadata
        made = made[0]
    if way == "_repr_mimebundle_":
        made = (made.get("image/png") or made.get("image/jpeg")) if type(made) is dict else None
    return b64decode(made) if type(made) is str else made
