"""`%chat trust`: which file beside the notebook counts, and since when."""

from __future__ import annotations

from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.trust_file import forget_file, trust_file

FORGET = "--forget"


@command(
    "trust [FILE]",
    "what the nbchat.toml here would change, and may it? --forget takes that back",
    group="general",
)
def trust(chat: ChatCommand, text: str = "") -> None:
    forgets = text == FORGET or text.startswith(f"{FORGET} ") or text.endswith(f" {FORGET}")
    name = text.removeprefix(FORGET).removesuffix(FORGET).strip()
    name = name.strip("\"'")
    if forgets:
        forget_file(name)
    else:
        trust_file(name, input if chat.runtime.watched else None)
