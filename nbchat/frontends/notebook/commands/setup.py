"""`%chat` commands about how things are set up: settings, and the panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbchat.addresses import Setting
from nbchat.environment import first_set
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.settings_table import show_settings
from nbchat.frontends.notebook.commands.setup_faults import Fault, setup_faults
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.panel_beside import panel_beside
from nbchat.settings_rows import shown, shown_address

AT_FAULT = "at fault"  # what is said above the table


@command("settings", "every setting, and where its value comes from", group="general")
def settings(chat: ChatCommand) -> None:
    show_settings(chat.shell, settings_rows(chat), [fault.words for fault in setup_faults(chat)])


def settings_rows(chat: ChatCommand) -> list[Setting]:
    """Every value that counts in this kernel; a note says where one is at fault."""
    rows = [*chat.settings.rows(), *_network_rows()]
    model, why = chat.runtime.model_to_show(chat.conversation)
    first = [row.name for row in rows].index("model")
    rows.insert(first, Setting("model now", model, why))
    faults = setup_faults(chat)
    return [_marked(row, faults, chat.settings.faults) for row in rows]


def _marked(row: Setting, faults: Sequence[Fault], of_files: Sequence[str]) -> Setting:
    """The row, with a note where one of the faults is about it."""
    is_about = any(row.name in fault.marks or row.origin in fault.marks for fault in faults)
    is_file = row.name == "file" and any(fault.startswith(row.value) for fault in of_files)
    if not is_about and not is_file:
        return row
    return replace(row, note="; ".join(filter(None, (row.note, AT_FAULT))))


def _network_rows() -> Iterator[Setting]:
    """What of the environment counts on the way to a provider."""
    from nbchat.network.pool import CERTIFICATES
    from nbchat.network.proxy import exceptions, proxies

    for scheme, proxy in proxies().items():
        yield Setting(f"proxy for {scheme}", shown_address(proxy.url), proxy.variable)
    name, hosts = exceptions()
    if hosts:
        yield Setting("no proxy for", shown(hosts), name)
    name, path = first_set(CERTIFICATES)
    if path:
        yield Setting("certificates", shown(path), name)


@command("panel", "the conversation as a panel, live with every %%chat", group="general")
def panel(chat: ChatCommand) -> None:
    panel_beside.show(chat.conversation.name)
