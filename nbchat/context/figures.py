"""Figures of the plotting libraries as pictures, drawn without changing them.

No library is imported for that, but the one that draws for plotly and for altair. Where that is
missing, or fails, a figure is told in words: its traces with their sizes and ranges.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from nbchat.context.arrays import range_text
from nbchat.context.asking import LONGEST_DRAWING, TooLong, asking
from nbchat.context.bounded import cut_end, one_line
from nbchat.context.classes import (
    class_name,
    defines,
    is_a,
    is_from,
    loaded,
    member_of,
    module_name,
    of_class,
    of_type,
    stored,
)
from nbchat.context.files import LARGEST_PICTURE
from nbchat.context.items import nested_text
from nbchat.context.shown import Shown
from nbchat.context.tables.cells import cut, item_text
from nbchat.library_logs import hushed
from nbchat.wording import plural

LONGEST_SIDE = 8_000  # pixels of a picture that models look at
LEAST_DPI = 20.0  # dots per inch of a figure that is drawn smaller
LONGEST_SUMMARY = 4000  # characters
MOST_TRACES = 40  # that a summary tells
MOST_WHOLE = 120  # characters of the values of a trace that are told whole
LONGEST_VALUES = 160  # characters of what is told of them
LONGEST_TITLE = 200  # characters
MOST_PLACES = 3  # of a tuple that a function of matplotlib gives back
MOST_PLACES_OF_DICT = 10  # of what `ax.boxplot` gives back
MOST_ARTISTS = 1000  # of a list, of which each is looked at

_PLAIN = (str, int, float, bool)
_AXES = ("xaxis", "yaxis", "scene")
_NO_DATA = ("type", "mode", "name", "orientation", "opacity")  # of a trace, in its summary


# --- matplotlib ----------------------------------------------------------------------------------


def figure_of(value: object) -> Any:
    """The figure that a value of matplotlib or seaborn is in; None for all else.

    `plt.subplots` gives an array of axes, `ax.plot` a list, `ax.bar` and `ax.hist` tuples.
    """
    if is_from(value, "matplotlib.figure", "Figure"):
        return value
    is_artist = is_from(value, "matplotlib.artist", "Artist")
    is_grid = is_from(value, "seaborn.axisgrid", "_BaseGrid")
    if is_artist or is_grid or is_from(value, "matplotlib.backend_bases", "FigureCanvasBase"):
        with asking("its figure"):
            figure = _own_figure(value)
        if is_from(figure, "matplotlib.figure", "SubFigure"):
            figure = of_class(figure, "figure")
        return figure if is_from(figure, "matplotlib.figure", "Figure") else None
    return _figure_of_all(value)


def _own_figure(value: object) -> Any:
    if member_of(value, "figure") is None:  # a canvas stores it
        return stored(value).get("figure")
    return of_class(value, "figure")


def _figure_of_all(value: object) -> Any:
    if not is_a(loaded("matplotlib.artist", "Artist"), type):
        return None
    items: list[object] = []
    if type(value) is dict and len(value) <= MOST_PLACES_OF_DICT:
        items = _flat(value.values())
    elif is_from(value, "numpy", "ndarray"):
        dtype = of_class(value, "dtype")
        if of_class(dtype, "kind") == "O" and of_class(value, "size") <= MOST_ARTISTS:
            items = [*of_class(of_class(value, "flat"), "__iter__")()]
    elif is_from(value, "matplotlib.container", "PieContainer"):  # since 3.11; it is no tuple
        items = _flat([stored(value).get("wedges")])
    elif is_from(value, "matplotlib.container", "Container"):
        items = [*of_type(tuple, "__iter__", value)()]
        items = [item for item in items if _is_drawn(item)]
    elif type(value) is list and len(value) <= MOST_ARTISTS:
        items = [*value]
    elif type(value) is tuple and len(value) <= MOST_PLACES:
        items = [item for item in _flat(value) if _is_drawn(item)]
    return figure_of(items[0]) if items and all(map(_is_drawn, items)) else None


def _flat(items: Iterable[object]) -> list[object]:
    """The items, and those of lists among them; none where they are too many."""
    found: list[object] = []
    for item in items:
        found += item[: MOST_ARTISTS + 1] if type(item) is list else [item]
    return found if len(found) <= MOST_ARTISTS else []


def _is_drawn(value: object) -> bool:
    return is_from(value, "matplotlib.artist", "Artist") or is_from(
        value, "matplotlib.container", "Container"
    )


def drawn(figure: Any) -> bytes:
    """The figure as it would be saved; smaller where it is too large to be sent."""
    save = of_class(figure, "savefig")
    with asking("drawing it", LONGEST_DRAWING), hushed("matplotlib", "PIL"):
        dpi = float(of_class(figure, "dpi"))
        longest = float(max(of_class(figure, "get_size_inches")()))
        if longest * dpi > LONGEST_SIDE:
            dpi = LONGEST_SIDE / longest
            data = _saved(save, dpi=dpi)
        else:
            data = _saved(save)
        while len(data) > LARGEST_PICTURE and dpi > LEAST_DPI:
            dpi /= 2
            data = _saved(save, dpi=dpi)
    return data


def _saved(save: Any, **how: Any) -> bytes:
    file = BytesIO()
    save(file, format="png", bbox_inches="tight", **how)
    return file.getvalue()


# --- plotly --------------------------------------------------------------------------------------


def is_of_plotly(value: object) -> bool:
    return is_from(value, "plotly.basedatatypes", "BaseFigure")


def plotly_picture(value: object) -> bytes | None:
    """Drawn by kaleido; None where that is missing, fails or takes too long."""
    if find_spec("kaleido") is None:
        return None
    try:
        with asking("drawing it", LONGEST_DRAWING), hushed("kaleido", "choreographer"):
            data = of_class(value, "to_image")(format="png")
    except (Exception, TooLong):
        return None
    return bytes(data) if is_a(data, bytes) else None


def plotly_summary(value: object) -> Shown:
    """Its title, its axes and its traces, with their values or the range of them."""
    with asking("its to_dict"):
        told: dict[str, Any] = of_class(value, "to_dict")()
    traces, layout = list(told.get("data") or ()), told.get("layout") or {}
    lines = [f"title: {_title(layout)}"] if _title(layout) else []
    for key, part in layout.items():
        if key.startswith(_AXES) and isinstance(part, Mapping) and _title(part):
            lines.append(f"{key}: {_title(part)}")
    for number, trace in enumerate(traces[:MOST_TRACES], 1):
        lines.append(f"trace {number}: {', '.join(_told_trace(trace))}")
    if len(traces) > MOST_TRACES:
        lines.append(f"… ({MOST_TRACES} of {len(traces):,} traces)")
    count = plural(len(traces), "trace")
    text = cut_end("\n".join(lines), LONGEST_SUMMARY) or "no traces"
    return Shown(f"{class_name(value)} of plotly, {count}", text, facts=(count, "not drawn"))


def _title(part: Mapping[str, Any]) -> str:
    title = part.get("title")
    text = title.get("text") if isinstance(title, Mapping) else title
    return one_line(" ".join(text.split()), LONGEST_TITLE) if isinstance(text, str) else ""


def _told_trace(trace: Mapping[str, Any]) -> list[str]:
    words = [
        f"{key} {trace[key]}" if key != "type" else str(trace[key])
        for key in _NO_DATA
        if trace.get(key)
    ]
    for key, values in trace.items():
        if isinstance(values, list | tuple) or is_from(values, "numpy", "ndarray"):
            words.append(f"{key}: {len(values):,} values{_of_values(values)}")
        elif isinstance(values, Mapping) and "bdata" in values:
            words.append(f"{key}: {_encoded(values)}{_of_values(values)}")
    return words


def _of_values(values: Any) -> str:
    """Which values there are: few of them all, of more the range; nothing where that is unknown."""
    numpy: Any = sys.modules.get("numpy")
    with suppress(Exception):
        if isinstance(values, list | tuple):
            said = item_text(values, MOST_WHOLE + 1) if len(values) <= MOST_WHOLE else ""
            if said and len(said) <= MOST_WHOLE:
                return f": {said}"
            if numpy is None or not all(type(value) in _PLAIN for value in values):
                return ""
            array = numpy.asarray(values)
        elif isinstance(values, Mapping):
            array = numpy.frombuffer(b64decode(values["bdata"]), values["dtype"])
        else:
            array = values
        said = nested_text(array, MOST_WHOLE) or range_text(array, with_mean=False)
        return f": {cut(said, LONGEST_VALUES)}" if said else ""
    return ""


def _encoded(values: Mapping[str, Any]) -> str:
    """How many numbers there are in what plotly writes as base64, and of which kind."""
    kind = str(values.get("dtype"))
    if "shape" in values:
        return f"{values['shape']} values ({kind})"
    bytes_each = int(kind.lstrip("fiu") or 8)
    bytes_all = len(str(values["bdata"]).rstrip("=")) * 3 // 4
    return f"{bytes_all // bytes_each:,} values ({kind})"


# --- altair --------------------------------------------------------------------------------------


def is_of_altair(value: object) -> bool:
    is_here = module_name(type(value)).partition(".")[0] == "altair"
    return is_here and defines(value, "to_dict") is not None and defines(value, "save") is not None


def altair_picture(value: object) -> bytes | None:
    """Drawn by vl-convert; None where that is missing or fails."""
    if find_spec("vl_convert") is None:
        return None
    try:
        with asking("drawing it", LONGEST_DRAWING):
            import vl_convert  # type: ignore[import-untyped,unused-ignore]

            data = vl_convert.vegalite_to_png(json.dumps(_spec(value)))
    except Exception:
        return None
    return bytes(data)


def altair_summary(value: object) -> Shown:
    """What it draws, as Vega-Lite, without the data."""
    with asking("its to_dict"):
        spec = _without_data(_spec(value))
    text = cut_end(json.dumps(spec, indent=1, default=str), LONGEST_SUMMARY)
    return Shown(f"{class_name(value)} of altair, without its data", text, "json")


def _spec(value: object) -> Any:
    """Its Vega-Lite, however many rows it has."""
    transformers: Any = loaded("altair", "data_transformers")
    with transformers.enable("default", max_rows=None):
        return of_class(value, "to_dict")()


def _without_data(part: Any) -> Any:
    if isinstance(part, Mapping):
        left = {key: _without_data(item) for key, item in part.items() if key != "datasets"}
        if isinstance(left.get("values"), list):
            left["values"] = f"{len(left['values']):,} rows"
        return left
    return [_without_data(item) for item in part] if isinstance(part, list) else part
