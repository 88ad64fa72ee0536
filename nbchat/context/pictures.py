"""Figures and pictures among the notebook's variables, as a model can be sent them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from nbchat.errors import BadAttachment
from nbchat.library_logs import hushed
from nbchat.messages import Image

LARGEST_PICTURE = 8_000_000  # bytes; providers take 5 to 20 MB for a whole request

_NO_PICTURES = (str, int, float, complex, list, tuple, dict, set, frozenset)
_SIGNATURES = (  # what a file begins with tells what it is, whatever its name says
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def picture(name: str, value: Any) -> Image | None:
    """The value as an image, or None for one that is text to a model.

    A matplotlib figure or axes, a PIL image, an `IPython.display.Image`, or the bytes of
    a file; none of these libraries is imported for that. Raises BadSettings where it is
    too large to be sent.
    """
    if isinstance(value, _NO_PICTURES):
        return None
    data = value if isinstance(value, bytes) else _drawn_bytes(value)
    kind = media_type(data) if isinstance(data, bytes) else ""
    if not kind:
        return None
    if len(data) > LARGEST_PICTURE:
        raise BadAttachment(_too_large(name, len(data)))
    return Image(data, kind)


def _too_large(name: str, size: int) -> str:
    most = f"{LARGEST_PICTURE / 1e6:.0f} MB"
    return (
        f"{name} is an image of {size / 1e6:.1f} MB; {most} can be sent.\n"
        f"Put a smaller one into the question, such as {name}.resize((1000, 800)), "
        "or a figure with a lower dpi."
    )


def _drawn_bytes(value: Any) -> Any:
    """The bytes of a picture file, as the object draws itself; None where it does not."""
    # Axes, as df.plot() returns, know their figure.
    figure = value if hasattr(value, "savefig") else getattr(value, "figure", None)
    save = getattr(figure, "savefig", None)
    if callable(save):
        file = BytesIO()
        with hushed("matplotlib", "PIL"):
            save(file, format="png", bbox_inches="tight")
        return file.getvalue()
    data = getattr(value, "data", None)
    if isinstance(data, bytes):
        return data
    if hasattr(value, "_repr_latex_"):  # a formula of SymPy, which says more as text
        return None
    draw = getattr(value, "_repr_png_", None)
    if not callable(draw):
        return None
    with hushed("PIL"):
        return draw()


def media_type(data: bytes) -> str:
    """What an image's first bytes say it is; empty for what is none.

    >>> media_type(b"GIF89a..."), media_type(b"<svg onload=...>")
    ('image/gif', '')
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    for start, kind in _SIGNATURES:
        if data.startswith(start):
            return kind
    return ""
