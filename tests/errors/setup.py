"""Nothing was sent: a name, a key or a setting is wrong."""

from __future__ import annotations

import asyncio

import nbchat
from nbchat.errors import (
    BadAttachment,
    BadCommand,
    BadFile,
    BadOption,
    BadSettings,
    BudgetReached,
    ConversationBusy,
    HistoryUnavailable,
    KeyNotSent,
    MissingAddress,
    MissingKey,
    NoSuchCommand,
    NotThere,
    UnknownModel,
)
from nbchat.frontends.notebook import arguments
from nbchat.frontends.notebook.commands.table import run_line
from nbchat.store import notebook_path

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


@case(KeyNotSent, "a provider's key for another host")
def _(stage: Stage) -> None:
    ask(base_url="https://gateway.example.com/v1")


@case(KeyNotSent, "a key with a line end in it")
def _(stage: Stage) -> None:
    stage.patch.setenv("KIMI_API_KEY", "sk-canary\n-0123456789")
    ask()


@case(MissingAddress, "Azure without its address")
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


@case(BudgetReached, "a question that costs more than the budget of the day")
def _(stage: Stage) -> None:
    write_trusted(stage.folder, 'budget.day = "0.0001 USD"\n')
    ask(max_tokens=1000)


@case(BudgetReached, "a model without a price, where there is a budget")
def _(stage: Stage) -> None:
    write_trusted(stage.folder, 'budget.day = "1 USD"\n')
    ask("kimi:no-such-model")


@case(BudgetReached, "a model that is paid in another currency than the budget")
def _(stage: Stage) -> None:
    write_trusted(stage.folder, 'budget.notebook = "1 EUR"\n')
    ask()


@case(BadAttachment, "a file that the model's format does not take")
def _(stage: Stage) -> None:
    file = nbchat.File(b"PK", "application/zip", "people.zip")
    nbchat.chat().ask(["What is this?", file], "kimi-k2.6")


@case(HistoryUnavailable, "NBCHAT_HISTORY in the folder of a user who is not there")
def _(stage: Stage) -> None:
    notebook_path.history_file("~nobody-here/history.sqlite")


for line, kind in {
    "%%chat demo --tempreature 1": BadOption,
    "%%chat demo --temperature warm": BadOption,
    "%%chat demo --max-tokens many": BadOption,
    '%%chat demo --system "Be brief.': BadOption,
    "%%chat --key sk-canary-0123456789abcdef": KeyNotSent,
}.items():

    @case(kind, line)
    def _(stage: Stage, line: str = line) -> None:
        arguments.refuse_keys(line)
        arguments.parse_arguments(line.removeprefix("%%chat"))


for command, kind in {
    "cost": NoSuchCommand,
    "clear": NoSuchCommand,
    "modles": NoSuchCommand,
    "system brief": NoSuchCommand,
    "login": NoSuchCommand,
    "kimi-k2.6": NoSuchCommand,
    "why is the sky blue?": NoSuchCommand,
    "undo all": BadCommand,
    "usage yesterday": BadCommand,
    "usage --by": BadCommand,
    "search": BadCommand,
    "use": BadCommand,
    "export": BadCommand,
    "models nobody-has-this": NotThere,
    "goto 7": NotThere,
    "import nowhere.json": BadFile,
    "use kimi-k2-thinkng": UnknownModel,
}.items():

    @case(kind, f"%chat {command}")
    def _(stage: Stage, command: str = command) -> None:
        run_line(stage.shell, command)
