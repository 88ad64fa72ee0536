"""`%chat` commands about how things are set up: settings, and the panel."""

from __future__ import annotations

import os
from collections.abc import Iterator

import nbchat
from nbchat.addresses import Setting
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.settings_table import show_settings
from nbchat.frontends.notebook.commands.table import command
from nbchat.settings_rows import shown, shown_address

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@command("settings", "every setting, and where its value comes from", group="general")
def settings(chat: ChatCommand) -> None:
    rows = [*chat.settings.rows(), *_network_rows()]
    model, why = chat.runtime.model_to_show(chat.conversation)
    first = [row.name for row in rows].index("model")
    rows.insert(first, Setting("model now", model, why))
    show_settings(chat.shell, rows)


def _network_rows() -> Iterator[Setting]:
    """What of the environment counts on the way to a provider."""
    from nbchat.network.proxy import proxies

    for scheme, proxy in proxies().items():
        yield Setting(f"proxy for {scheme}", shown_address(proxy.url), proxy.variable)
    for name in ("no_proxy", "NO_PROXY"):
        if hosts := os.environ.get(name):
            yield Setting("no proxy for", shown(hosts), name)
            break
    for name in CERTIFICATES:
        if path := os.environ.get(name):
            yield Setting("certificates", shown(path), name)


@command("panel", "the conversation as a panel, live with every %%chat", group="general")
def panel(chat: ChatCommand) -> None:
    nbchat.ChatPanel(chat.conversation.name)._ipython_display_()
