"""One refusal as a provider sends it, and what should be told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbchat.errors import NbchatError

ONCE, RETRIED = 1, 3  # requests


@dataclass(frozen=True)
class Case:
    """`says` are words that the message holds, `never` those that it must not hold."""

    provider: str
    status: int
    body: Any  # bytes as they are, all else as JSON
    kind: type[NbchatError]
    requests: int = ONCE
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.provider} {self.status} {self.body!r:.70}"


def openai_error(message: str, code: str | None = None, kind: str = "invalid_request_error") -> Any:
    """The shape of OpenAI, and of most."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
