"""How much of a value is sent: `{df}`, `{df:all}`, `{df:schema}`, `{df:20}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from nbchat.settings_values import Data

_ROWS = re.compile(r"[1-9]\d{0,6}")


@dataclass(slots=True, frozen=True)
class Form:
    """How much of a value is asked for; `rows` counts those of a table, or the items of a list."""

    kind: Literal["brief", "schema", "all", "rows"] = "brief"
    rows: int = 0

    def within(self, data: Data) -> Form:
        """This form as the settings allow it: under "schema" no value ever leaves.

        >>> Form("all").within("schema").kind, Form().within("all").kind
        ('schema', 'all')
        """
        if data == "schema":
            return Form("schema")
        return Form("all") if data == "all" and self == Form() else self


def parse_form(text: str) -> Form | None:
    """The form that stands behind the colon of `{df:all}`; None for what is none.

    >>> parse_form("20"), parse_form(">8.2f")
    (Form(kind='rows', rows=20), None)
    """
    if text in ("all", "schema"):
        return Form("all" if text == "all" else "schema")
    return Form("rows", int(text)) if _ROWS.fullmatch(text) else None
