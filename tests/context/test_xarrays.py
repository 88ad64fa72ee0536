"""Labelled arrays: their dimensions, and what is in each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from nbchat.context.forms import Form
from nbchat.context.shown import block
from nbchat.context.values import show


def weather() -> xr.Dataset:
    days = pd.date_range("2020-01-01", periods=365)
    degrees = np.linspace(-5.0, 30.0, 365 * 20).reshape(365, 20)
    names = [f"x{i}" for i in range(20)]
    return xr.Dataset(
        {"t": (("time", "x"), degrees, {"units": "°C"}), "name of x": ("x", names)},
        coords={"time": days, "x": range(20)},
    )  # fmt: skip


def test_a_set_is_told_by_its_arrays() -> None:
    shown = show("ds", weather(), Form())

    assert shown.kind == "xarray Dataset, time: 365, x: 20"
    assert shown.facts == ("2 variables", "brief")
    lines = shown.text.splitlines()
    assert lines[0].startswith("coordinate time (time): datetime64[")
    assert lines[0].endswith("], 2020-01-01 … 2020-12-30")
    assert lines[1] == "coordinate x (x): int64, 0 … 19, mean 9.5"
    assert lines[2] == "variable t (time, x): float64, -5.0 … 30.0, mean 12.5, units '°C'"
    assert lines[3].startswith("variable 'name of x' (x): ")


def test_a_small_array_goes_with_its_values() -> None:
    array = xr.DataArray([[1, 2], [3, 4]], dims=("y", "x"), coords={"x": ["a", "b"]})

    shown = show("a", array, Form())

    assert shown.facts == ("2 × 2",)
    assert shown.text.endswith("\n\nx = ['a', 'b']\nvalues = [[1, 2],\n [3, 4]]")


def test_as_much_as_asked_for() -> None:
    assert "time = ['2020-01-01" in show("ds", weather(), Form("rows", 2)).text
    assert len(show("ds", weather(), Form("all")).text) <= 50_000


@pytest.mark.parametrize(
    "value",
    [
        xr.Dataset({f"v{i}": ("x", range(1000)) for i in range(500)}),
        xr.Dataset({"v" * 10_000: ("x" * 10_000, ["y" * 10_000] * 30)}),
        xr.Dataset(),
        xr.DataArray(np.zeros((1,) * 30)),
        xr.DataArray(np.array([object()] * 500)),
    ],
)
def test_none_is_long(value: object) -> None:
    shown = show("ds", value, Form())

    assert shown.refusal == ""
    assert 0 < len(block("ds", shown)) <= 3_000
