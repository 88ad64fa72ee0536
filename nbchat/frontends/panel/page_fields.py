"""What the page's messages are made of: texts of a size, names, things of the notebook."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nbchat.tools import READY

# Characters. What is too long for a question is answered; what is longer than this is not read.
LONGEST_TEXT = 2_000_000

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\W\d]\w*$")]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Label = Annotated[str, Field(max_length=200)]
ReadyTool = Annotated[str, Field(pattern=f"^({'|'.join(READY)})$")]

# What can go along with a question, and how it is named.
THINGS = {
    "variable": r"[^\W\d]\w{0,99}",
    "cell": r"[1-9][0-9]{0,6}",
    "file": r"[^\x00-\x1f\\]{1,500}",
    "error": "",
    "cells": "",
}


class PageMessage(BaseModel):
    """A message of the page; `kind` tells which."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Thing(PageMessage):
    """What can go along with a question, by its kind and its name there."""

    of: Literal["variable", "cell", "file", "error", "cells"]
    name: Annotated[str, Field(max_length=500)]

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not re.fullmatch(THINGS[self.of], self.name):
            raise ValueError(f"names no {self.of}")
        return self


class Along(Thing):
    """An excerpt of the notebook; `mark` is that of what was shown of it, or ''."""

    of: Literal["cell", "file", "error", "cells"]
    mark: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")] = ""
