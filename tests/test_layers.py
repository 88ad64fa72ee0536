"""A room imports only from the rooms before it; this file is the drawing of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import nbchat

PACKAGE = Path(nbchat.__file__).parent

LAYERS = (  # each line imports from the lines above it, and from itself without a circle
    ("errors", "keys", "hosts", "folders", "wording"),
    ("attachments", "messages", "events", "turns"),
    ("render",),
    ("catalog",),
    ("wire",),
    ("settings", "options"),
    ("network",),
    ("streams", "engine"),
    ("context",),
    ("store",),
    ("conversation",),
    ("interrupts", "loop"),
    ("runtime",),
    ("chat_service",),
    ("display",),
    ("frontends",),
    ("__init__", "__main__"),
)
RANK = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}

UPWARD = {  # written down: how an object shows itself in a notebook
    "nbchat.events": "nbchat.display",
    "nbchat.catalog.model_list": "nbchat.display",
    "nbchat.conversation.conversation": "nbchat.display",
}
APART = (  # these know nothing of each other
    ("nbchat.frontends.notebook", "nbchat.frontends.panel", "nbchat.frontends.server"),
    ("nbchat.render.maths", "nbchat.render.terminal"),
)
BELOW = (  # inside a room: the first imports nothing of the second
    ("nbchat.network", "nbchat.wire"),
    ("nbchat.render.maths", "nbchat.render.markdown"),
    ("nbchat.render.markdown", "nbchat.render.streaming"),
    ("nbchat.store", "nbchat.conversation"),
)

ONLY_IN = {  # these libraries appear in these parts alone
    "IPython": ("frontends", "__init__"),
    "ipywidgets": ("frontends",),
    "anywidget": ("frontends",),
    "fastapi": ("frontends",),
    "httpx2": ("network",),
    "httpx": (),
}
