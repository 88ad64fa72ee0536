"""How much of a value is asked for, and how much is allowed."""

from __future__ import annotations

from typing import get_args

import pytest

from nbchat.context.forms import Form, parse_form
from nbchat.settings_values import Data


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("all", Form("all")),
        ("schema", Form("schema")),
        ("1", Form("rows", 1)),
        ("9999999", Form("rows", 9_999_999)),
        *((text, None) for text in ("0", "-1", "01", "20.5", "٣", "99999999", "brief", "ALL", "x")),
    ],
)
def test_a_form_is_all_schema_or_a_number_of_rows(text: str, form: Form | None) -> None:
    assert parse_form(text) == form


@pytest.mark.parametrize("form", [Form(), Form("all"), Form("rows", 5), Form("schema")])
def test_under_schema_no_other_form_is_allowed(form: Form) -> None:
    assert form.within("schema") == Form("schema")


@pytest.mark.parametrize("data", get_args(Data))
def test_less_can_always_be_asked_for(data: Data) -> None:
    assert Form("schema").within(data) == Form("schema")
    assert Form("rows", 5).within("all") == Form("rows", 5)
    assert (Form().within("brief"), Form().within("all")) == (Form(), Form("all"))
