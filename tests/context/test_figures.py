"""Figures of the plotting libraries: drawn as they are, or told in words."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import altair as alt
import matplotlib as mpl
import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import pytest
import seaborn as sns

from nbchat.context import figures
from nbchat.context.forms import Form
from nbchat.context.values import show

pytestmark = pytest.mark.field("V5")

mpl.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

FRAME = pd.DataFrame({"a": [1, 2], "b": [3, 4]})


@pytest.fixture(autouse=True)
def closed_figures() -> Any:
    yield
    plt.close("all")


def small() -> Any:
    return plt.subplots(figsize=(1, 1))


MADE: dict[str, Any] = {
    "a figure": lambda: small()[0],
    "axes": lambda: small()[1],
    "an array of axes": lambda: plt.subplots(1, 2, figsize=(1, 1))[1],
    "a figure and its axes": small,
    "lines": lambda: small()[1].plot([1, 2]),
    "a line": lambda: small()[1].plot([1, 2])[0],
    "bars": lambda: small()[1].bar([1, 2], [3, 4]),
    "a histogram": lambda: small()[1].hist([1, 2]),
    "a pie": lambda: small()[1].pie([1, 2]),
    "a pie as it was before matplotlib 3.11": lambda: (
        [*small()[1].pie([1, 2]).wedges],
        [plt.gca().set_title("a")],
    ),
    "boxes": lambda: small()[1].boxplot([1, 2]),
    "violins": lambda: small()[1].violinplot([1, 2]),
    "a canvas": lambda: small()[0].canvas,
    "error bars": lambda: small()[1].errorbar([1], [2], yerr=[1]),
    "points": lambda: small()[1].scatter([1], [2]),
    "a figure in a figure": lambda: plt.figure(figsize=(1, 1)).subfigures(1, 2)[0],
    "a grid of seaborn": lambda: sns.FacetGrid(FRAME, height=1),
    "a chart of altair": lambda: alt.Chart(FRAME).mark_point().encode(x="a", y="b"),
}


@pytest.mark.parametrize("name", MADE)
def test_it_goes_as_an_image(name: str) -> None:
    value = MADE[name]()
    shown = show("x", value, Form())

    (image,) = shown.attached
    assert image.media_type == "image/png"
    assert shown.text == ""
    assert show("x", value, Form("schema")).refusal.endswith("a figure shows values")


def test_a_figure_of_very_many_pixels_is_drawn_with_fewer() -> None:
    (image,) = show("x", plt.figure(figsize=(900, 1)), Form()).attached

    assert 6_000 < int.from_bytes(image.data[16:20], "big") < 9_000  # the width of a PNG


def test_drawing_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    figure, axes = plt.subplots(figsize=(2, 1), dpi=77)
    axes.plot([1, 2])
    other = plt.figure(figsize=(1, 1))
    before = plt.get_fignums(), figure.dpi, tuple(figure.get_size_inches()), figure.canvas

    with caplog.at_level(logging.DEBUG):
        show("figure", figure, Form())

    after = plt.get_fignums(), figure.dpi, tuple(figure.get_size_inches()), figure.canvas
    assert after == before
    assert plt.gcf() is other
    assert caplog.records == []


def test_one_that_is_too_large_is_drawn_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    figure, axes = plt.subplots(figsize=(4, 4), dpi=100)
    axes.imshow(np.random.default_rng(18).random((300, 300)))
    whole = len(figures.drawn(figure))
    monkeypatch.setattr(figures, "LARGEST_PICTURE", whole // 2)

    assert len(figures.drawn(figure)) <= whole // 2
    assert figure.dpi == 100


def test_one_that_cannot_be_drawn_is_refused_in_one_line() -> None:
    figure, axes = small()
    axes.set_title("$\\frac{1}$")  # an error only when it is drawn

    refusal = show("fig", figure, Form()).refusal

    assert refusal.startswith("fig is not sent: drawing it raises ValueError")
    assert refusal.isprintable()


# --- plotly --------------------------------------------------------------------------------------


@pytest.fixture
def no_kaleido(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)


def test_plotly_without_kaleido_is_told_in_words(no_kaleido: None) -> None:
    figure = px.scatter(FRAME, x="a", y="b", title="Sales")
    figure.add_trace(go.Scatter(x=[1.5] * 1000, y=np.zeros(1000), name="trend", mode="lines"))

    shown = show("fig", figure, Form())

    assert shown.kind == "Figure of plotly, 2 traces"
    assert shown.text.splitlines() == [
        "title: Sales",
        "xaxis: a",
        "yaxis: b",
        "trace 1: scatter, mode markers, orientation v, x: 2 values (i1): [1, 2], "
        "y: 2 values (i1): [3, 4]",
        "trace 2: scatter, mode lines, name trend, x: 1,000 values: always 1.5, "
        "y: 1,000 values (f8): always 0.0",
    ]
    assert "0x" not in shown.text
    assert show("fig", figure, Form("schema")).text == ""


@pytest.mark.field("V5")
@pytest.mark.parametrize(
    ("trace", "told"),
    [
        (go.Scatter(y=[3, 1, None]), "y: 3 values: [3, 1, None]"),
        (go.Bar(x=["a", "b"]), "x: 2 values: ['a', 'b']"),
        (go.Heatmap(z=[[1, 2], [3, 4]]), "z: 2 values: [[1, 2], [3, 4]]"),
        (go.Heatmap(z=np.arange(900.0).reshape(30, 30)), "z: 30, 30 values (f8): 0.0 … 899.0"),
        (go.Scatter(y=[*range(1000)]), "y: 1,000 values: 0 … 999"),
        (go.Scatter(x=np.array(["2020-01-01"], "M8[D]")), "x: 1 values: ['2020-01-01']"),
        (go.Scatter(customdata=[{"a": 1}] * 500), "customdata: 500 values"),
    ],
)
def test_plotly_in_words_says_which_values_there_are(
    trace: Any, told: str, no_kaleido: None
) -> None:
    assert show("fig", go.Figure(trace), Form()).text == f"trace 1: {trace.type}, {told}"


def test_plotly_whose_kaleido_fails_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: name)  # it is there, without a browser

    shown = show("fig", px.scatter(FRAME, x="a", y="b"), Form())

    assert shown.text.startswith("xaxis: a")


# --- altair --------------------------------------------------------------------------------------


def test_altair_that_cannot_be_drawn_is_its_chart_without_the_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: None)
    chart = alt.Chart(pd.DataFrame({"a": range(6000), "b": 47114711})).mark_bar().encode(x="a")

    shown = show("chart", chart, Form())

    assert json.loads(shown.text)["encoding"]["x"]["field"] == "a"
    assert "47114711" not in shown.text
    assert alt.data_transformers.options == {}
