"""Who is measured: what is installed, and which cells load it and ask a question."""

from __future__ import annotations

from dataclasses import dataclass

from ...lab_only import ROOT


@dataclass(frozen=True)
class Peer:
    name: str
    distribution: str  # whose version is shown
    install: tuple[str, ...]
    load: str  # a cell
    ask: str  # a cell; QUESTION is put in
    work: str  # what loading is, for a process without a kernel; `shell` is IPython's
    helper: str = ""  # a cell that sends the variable `df` with a helper of the peer's own


CHATLAS = """\
import os
from chatlas import ChatOpenAICompletions, interpolate
chat = ChatOpenAICompletions(model="gpt-4o-mini", base_url=os.environ["OPENAI_BASE_URL"])"""


def magic(extension: str) -> str:
    return f"shell.run_line_magic('load_ext', {extension!r})"


PEERS = (
    Peer(
        "nbchat",
        "nbchat",
        (str(ROOT),),
        "%load_ext nbchat",
        "%%chat kimi-k2.6\nQUESTION",
        magic("nbchat"),
    ),
    Peer(
        "jupyter-ai-magics",
        "jupyter-ai-magics",
        ("jupyter-ai-magics==2.31.7", "langchain-openai<1"),
        "%load_ext jupyter_ai_magics",
        "%%ai openai-chat:gpt-4o-mini\nQUESTION",
        magic("jupyter_ai_magics"),
    ),
    Peer(
        "jupyter-ai-magic-commands",
        "jupyter-ai-magic-commands",
        ("jupyter-ai-magic-commands==0.0.4",),
        "%load_ext jupyter_ai_magic_commands",
        "%%ai openai/gpt-4o-mini\nQUESTION",
        magic("jupyter_ai_magic_commands"),
    ),
    Peer(
        "cellmage",
        "cellmage",
        ("cellmage[langchain]==0.9.7",),
        "%load_ext cellmage",
        "%%llm -m gpt-4o-mini\nQUESTION",
        magic("cellmage"),
    ),
    Peer(
        "JupyterChatbook",
        "JupyterChatbook",
        ("JupyterChatbook==0.1.6",),
        "%load_ext JupyterChatbook",
        "%%chat -i peer --no_clipboard\nQUESTION",
        magic("JupyterChatbook"),
    ),
    Peer(
        "chatlas",
        "chatlas",
        ("chatlas==0.23.0",),
        CHATLAS,
        'chat.chat("""QUESTION""");',
        "import chatlas",
        helper='chat.chat(interpolate("Say {{ df }}"));',
    ),
)
