"""Ollama reads what it is sent: a window that fits is asked for, and less is told of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from nbchat.engine import ollama_windows
from nbchat.engine.engine import Engine
from nbchat.events import Notice
from nbchat.messages import Message

from ..fakes.provider import Request, Service, answer, said

LONG = "The sky is blue. " * 2000  # 10,000 tokens, words and points
INFO = {"model_info": {"general.architecture": "llama", "llama.context_length": 131072}}


class Ollama:
    """Plays a server of Ollama: what it says of a model, and how much of a question it counts."""

    def __init__(self, service: Service, show: Any = INFO, counts: Any = None) -> None:
        self.service, self.show, self.counts = service, show, counts
        service.always(self.play)

    async def play(self, request: Request, writer: asyncio.StreamWriter) -> bool | None:
        if request.path.endswith("/api/show"):
            status = 200 if self.show is not None else 404
            return await answer(json.dumps(self.show).encode(), status=status)(request, writer)
        counted = {"prompt_eval_count": self.counts} if self.counts is not None else {}
        lines = [
            {"message": {"role": "assistant", "content": "Yes."}, "done": False},
            {"message": {"content": ""}, "done": True, "done_reason": "stop", **counted},
        ]
        body = "".join(json.dumps({"model": "m", **line}) + "\n" for line in lines)
        return await answer(body.encode())(request, writer)

    @property
    def shown(self) -> int:
        return sum(request.path.endswith("/api/show") for request in self.service.requests)

    @property
    def windows(self) -> list[int | None]:
        chats = [request for request in self.service.requests if "messages" in request.json]
        return [request.json.get("options", {}).get("num_ctx") for request in chats]


@pytest.fixture
async def engine(monkeypatch: pytest.MonkeyPatch, service: Service) -> AsyncIterator[Engine]:
    monkeypatch.setenv("OLLAMA_HOST", service.url)
    monkeypatch.setattr(ollama_windows, "SHOW_SECONDS", 20.0)  # on a busy machine, too
    engine = Engine()
    yield engine
    await engine.aclose()


async def told(engine: Engine, question: Any, model: str = "ollama:m", **options: Any) -> list[str]:
    stream = engine.stream(model, question, **options)
    return [event.text async for event in stream if isinstance(event, Notice)]


@pytest.mark.field("E16")
async def test_a_long_question_asks_for_a_window_that_fits(
    service: Service, engine: Engine
) -> None:
    ollama = Ollama(service)

    assert await told(engine, "Short?") == []
    assert await told(engine, LONG) == []
    assert await told(engine, LONG + LONG) == []

    assert ollama.windows == [None, 16384, 32768]
    assert ollama.shown == 1
    assert service.requests[0].path == "/api/chat"
    assert list(service.requests[-1].json)[-1] == "messages"  # what is before them repeats


@pytest.mark.field("E16")
async def test_a_window_is_never_made_smaller_again(service: Service, engine: Engine) -> None:
    """The server would load the model anew."""
    ollama = Ollama(service)

    for question in (LONG, "Short?", LONG, LONG[:20000]):
        await told(engine, question)
    await told(engine, "Short?", "ollama:other")

    assert ollama.windows == [16384, 16384, 16384, 16384, None]


@pytest.mark.field("E16")
async def test_a_window_is_no_larger_than_the_model_reads(service: Service, engine: Engine) -> None:
    ollama = Ollama(service, {"model_info": {"gemma.context_length": 8192}}, counts=8100)

    notices = await told(engine, LONG)

    assert ollama.windows == [8192]
    assert notices == []  # as many as that may be all, by another tokeniser
    ollama.counts = 4100
    (notice,) = await told(engine, LONG)
    assert notice.startswith("Ollama has read 4,100 of some 10,0")
    assert notice.endswith("m reads at most 8,192: send less, or name another model.")


@pytest.mark.field("E16")
@pytest.mark.parametrize(
    "show",
    [
        None,
        {},
        [],
        "no",
        {"model_info": None},
        {"model_info": {"llama.context_length": "131072"}},
        {"model_info": {"llama.context_length": True}},
        {"model_info": {"llama.context_length": -1}},
        {"parameters": 3},
    ],
)
async def test_a_server_that_tells_nothing_of_a_model_costs_no_failure(
    service: Service, engine: Engine, show: Any
) -> None:
    ollama = Ollama(service, show)

    for question in (LONG, LONG, LONG * 9):
        assert await told(engine, question) == []

    assert ollama.windows == [16384, 16384, 32768]
    assert ollama.shown == 1


@pytest.mark.field("E16")
async def test_the_window_of_a_models_own_file_and_of_the_user_stay(
    service: Service, engine: Engine
) -> None:
    own = {
        **INFO,
        "parameters": 'stop "<end>"\nnum_ctx                        65536\ntemperature 1',
    }
    ollama = Ollama(service, own)

    await told(engine, LONG)
    await told(engine, LONG, extra={"options": {"num_ctx": 4096}})
    await told(engine, LONG, "ollama:m-cloud")

    assert ollama.windows == [None, 4096, None]


@pytest.mark.field("E16")
async def test_room_is_left_for_the_answer_and_for_pictures(
    service: Service, engine: Engine
) -> None:
    ollama = Ollama(service)
    text = "The sky is blue. " * 300  # 1,500 tokens

    await told(engine, text, max_tokens=100)
    await told(engine, text, max_tokens=3000)

    assert ollama.windows == [None, 8192]


@pytest.mark.field("E16")
async def test_it_is_told_that_less_was_read(service: Service, engine: Engine) -> None:
    Ollama(service, None, counts=2050)

    stream = engine.stream("ollama:m", LONG)
    events = [event async for event in stream]

    kinds = [type(event).__name__ for event in events]
    (notice,) = [event.text for event in events if isinstance(event, Notice)]
    assert kinds[-2:] == ["Notice", "Stop"]
    assert notice.startswith("Ollama has read 2,050 of some 10,0")
    assert "OLLAMA_CONTEXT_LENGTH" in notice


@pytest.mark.field("E16")
async def test_it_is_told_of_half_a_question_and_of_the_users_own_window(
    service: Service, engine: Engine
) -> None:
    """Of a first question nothing can be in the cache."""
    ollama = Ollama(service, counts=5500)

    (half,) = await told(engine, LONG)
    ollama.counts = 4096
    _, own = await told(engine, LONG + LONG, extra={"options": {"num_ctx": 4096}})

    assert half.startswith("Ollama has read 5,500 of some 10,0")
    assert own.endswith("Your num_ctx is 4,096: set it higher, or send less.")


@pytest.mark.field("E16")
@pytest.mark.parametrize(
    "info",
    [
        {"general.architecture": "gemma3", "gemma3.context_length": 131072},
        {"llama.context_length": 131072},
        {"general.architecture": "mllama", "llama.context_length": 131072},
    ],
)
async def test_what_reads_the_pictures_sets_no_limit(
    service: Service, engine: Engine, info: dict[str, Any]
) -> None:
    ollama = Ollama(service, {"model_info": {"clip.text.context_length": 77, **info}})

    await told(engine, LONG)

    assert ollama.windows == [16384]


QUESTION, ANSWER = Message("user", LONG), Message("assistant", "Yes. " * 300)


@pytest.mark.field("E16")
@pytest.mark.parametrize(
    ("counts", "why"),
    [
        (None, "a server that counts nothing of what it has in its cache"),
        (1, "the same question again"),
        (30, "what is new alone, which is short"),
        (700, "what is new alone, with the answer before"),
        (10500, "all of it"),
        (9000, "all of it, by a tokeniser with longer words"),
    ],
)
async def test_a_cache_is_not_taken_for_a_window(
    service: Service, engine: Engine, counts: int | None, why: str
) -> None:
    """Versions of 2024 count only what was not in the cache."""
    ollama = Ollama(service, counts=10100)
    await told(engine, [QUESTION])
    ollama.counts = counts

    assert await told(engine, [QUESTION, ANSWER, Message("user", "And?")]) == []


@pytest.mark.field("E16")
async def test_a_conversation_that_outgrows_the_window_is_told_of(
    service: Service, engine: Engine
) -> None:
    ollama = Ollama(service, {"model_info": {"x.context_length": 8192}}, counts=10100)
    await told(engine, [QUESTION])
    ollama.counts = 4100

    (notice,) = await told(engine, [QUESTION, ANSWER, Message("user", "And?")])

    assert "what came first was left out" in notice


NUMBERS = "\n".join(f"{i},{i * 1.7182818:.6f},{i * 3:d}" for i in range(1500))


@pytest.mark.field("E16")
@pytest.mark.parametrize(
    ("text", "fewest"),
    [(NUMBERS, 16000), ("天空是蓝色的。" * 1500, 6500), ("=" * 60 + "\n" + LONG, 8500)],
)
async def test_another_tokeniser_is_not_taken_for_a_window(
    service: Service, engine: Engine, text: str, fewest: int
) -> None:
    """These are about the fewest tokens that models make of such texts."""
    Ollama(service, counts=fewest)

    assert await told(engine, text) == []


@pytest.mark.field("E16")
async def test_over_the_openai_format_it_is_said_that_no_window_can_be_set(
    service: Service, engine: Engine
) -> None:
    service.always(answer(*said("Yes.", usage=(2050, 5))))

    (notice,) = await told(
        engine, LONG, wire="openai-chat", base_url=f"{service.url}/v1", api_key="x"
    )

    assert "ask it as ollama:m, or set OLLAMA_CONTEXT_LENGTH" in notice
    assert [request.path for request in service.requests] == ["/v1/chat/completions"]
