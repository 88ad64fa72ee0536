"""What a mishap may use, and the list of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import nbchat
from nbchat.errors import NbchatError

from ..fakes.provider import Service, answer

KEY = "sk-canary-0123456789abcdef"
CASES: list[Case] = []


@dataclass
class Stage:
    """What a case may use; Kimi is `service`, and its key is set."""

    service: Service
    patch: pytest.MonkeyPatch
    folder: Path
    shell: InteractiveShell

    def refuses(self, status: int, message: str, kind: str = "", **headers: str) -> None:
        body = json.dumps({"error": {"message": message, "type": kind}}).encode()
        self.service.always(answer(body, status=status, headers=headers))


@dataclass
class Case:
    kind: type[NbchatError]
    when: str
    happens: Callable[[Stage], object]


def case(kind: type[NbchatError], when: str) -> Callable[[Callable[[Stage], object]], None]:
    return lambda happens: CASES.append(Case(kind, when, happens))


def ask(model: str = "kimi-k2.6", **options: object) -> object:
    return nbchat.ask(model, "Hi", **options)
