"""A host that reads every request as strictly as its vendor does, and plays a chain."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from .chain import MODELS, PATHS, TYPES
from .provider import Request, Service, answer
from .strict import refusal

KEY = "a-key-of-the-test"


@dataclass
class StrictHost:
    """Plays `answers` in their order; a request that is not valid gets 400, and is noted."""

    service: Service
    wire: str
    answers: deque[bytes] = field(default_factory=deque)
    refused: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.service.always(self._play)

    def plays(self, *answers: bytes) -> None:
        self.answers.extend(answers)

    async def _play(self, request: Request, writer: asyncio.StreamWriter) -> bool | None:
        body = request.json
        self.bodies.append(body)
        why = refusal(self.wire, body)
        if why:
            self.refused.append(why)
            said = json.dumps({"error": {"message": why}}).encode()
            headers = {"content-type": "application/json"}
            return await answer(said, status=400, headers=headers)(request, writer)
        headers = {"content-type": TYPES.get(self.wire, "text/event-stream")}
        return await answer(self.answers.popleft(), headers=headers)(request, writer)

    @property
    def asked(self) -> dict[str, Any]:
        """The options with which this host is asked."""
        url = self.service.url + PATHS.get(self.wire, "")
        return {"base_url": url, "api_key": KEY, "wire": self.wire}

    @property
    def model(self) -> str:
        return MODELS[self.wire]
