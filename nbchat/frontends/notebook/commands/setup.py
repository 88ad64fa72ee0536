"""`%chat` commands about how things are set up: settings, and the panel."""

from __future__ import annotations

import nbchat
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import show_table


@command("settings", "every setting, and where its value comes from", group="general")
def settings(chat: ChatCommand) -> None:
    rows = [[setting.name, setting.value, setting.origin] for setting in chat.settings.rows()]
    show_table(chat.shell, ["setting", "value", "from"], rows)


@command("panel", "the conversation as a panel, live with every %%chat", group="general")
def panel(chat: ChatCommand) -> None:
    nbchat.ChatPanel(chat.conversation.name)._ipython_display_()
