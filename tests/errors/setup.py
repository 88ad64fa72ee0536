"""Nothing was sent: a name, a key or a setting is wrong."""

from __future__ import annotations

import asyncio

import nbchat
from nbchat.errors import BadSettings, ConversationBusy, MissingKey, UnknownModel

from ..fakes.provider import answer, said
from ..trusted import write_trusted
from .stage import KEY, Stage, ask, case

for model in (
    "kimi-k2-thinkng",
    "kimi",
    "kimi:",
    "moonshot:kimi-k2.6",
    "openai/gpt-5",
    "github:gpt-4",
    "nobody:x",
):
    case(UnknownModel, f"%%chat {model}")(lambda stage, model=model: ask(model))  # type: ignore[misc]

for model in ("glm-5.3", "claude-opus-5-5", "moonshot.kimi-k2-thinking"):
    case(MissingKey, f"%%chat {model}, without a key")(lambda stage, model=model: ask(model))  # type: ignore[misc]


@case(BadSettings, "nbchat.toml with a typo")
def _(stage: Stage) -> None:
    write_trusted(stage.folder, 'modle = "kimi-k2.6"\n')
    ask()


@case(BadSettings, "nbchat.toml that is no TOML")
def _(stage: Stage) -> None:
    write_trusted(stage.folder, "model = kimi\n")
    ask()


@case(BadSettings, "NBCHAT_CONFIG of a file that is not there")
def _(stage: Stage) -> None:
    stage.patch.setenv("NBCHAT_CONFIG", "/nowhere/nbchat.toml")
    ask()


@case(BadSettings, "a base URL over plain http")
def _(stage: Stage) -> None:
    stage.patch.setenv("KIMI_BASE_URL", "http://gateway.example.com/v1")
    ask()


@case(BadSettings, "a provider's key for another host")
def _(stage: Stage) -> None:
    ask(base_url="https://gateway.example.com/v1")


@case(BadSettings, "a key with a line end in it")
def _(stage: Stage) -> None:
    stage.patch.setenv("KIMI_API_KEY", "sk-canary\n-0123456789")
    ask()


@case(BadSettings, "Azure without its address")
def _(stage: Stage) -> None:
    ask("azure:my-deployment", api_key=KEY)


@case(ConversationBusy, "%chat delete while an answer streams")
def _(stage: Stage) -> None:
    stage.service.always(answer(*said("Well"), gap=0.05, hold=30))
    chat = nbchat.chat("busy")

    async def main() -> None:
        async with chat.stream("Hi", "kimi-k2.6") as stream:
            await anext(stream)
            chat.forget()

    asyncio.run(main())
