"""Whether a key is set, and whether it can be the key of whom it would go to.

A key is judged by its form alone, and never shown. At an address that is not the provider's
own, any word may be the key, so there nothing is said of its form.
"""

from __future__ import annotations

import os
import re

from nbchat import known_keys
from nbchat.addresses import Setting
from nbchat.catalog.catalog import Route, shipped
from nbchat.catalog.rows import Provider
from nbchat.engine.findings import Finding, fits, refused, wrong
from nbchat.errors import KeyNotSent, MissingKey, NbchatError
from nbchat.hosts import host_of
from nbchat.keys import Key
from nbchat.settings import Settings
from nbchat.wording import set_key

ABOUT = "key"
QUOTES = "\"'`‘’“”"

COPIED_TOO = {
    re.compile(r"(?:export\s+)?[A-Z][A-Z0-9]*_[A-Z0-9_]*\s*=."): "the name of a variable",
    re.compile(r"(?:authorization:\s*)?bearer\s", re.I): "the word Bearer",
}
ADDRESS = re.compile(r"https?://", re.I)
FILE = re.compile(r"(?:~|\.{0,2})/(?:[\w.-]+/)+[\w.-]+|[A-Za-z]:\\\S+")

# How keys of one provider alone begin, longer beginnings first; and who takes them.
# Source: the providers' own pages of keys, and the rules of secret scanners (gitleaks), 2026-11.
BEGINNINGS: dict[str, tuple[str, ...]] = {
    "sk-ant-": ("anthropic",),
    "sk-or-": ("openrouter",),
    "sk-proj-": ("openai",),
    "sk-svcacct-": ("openai",),
    "AIza": ("gemini", "vertex-express"),
    "ABSK": ("bedrock",),
    "gsk_": ("groq",),
    "csk-": ("cerebras",),
    "xai-": ("xai",),
    "hf_": ("huggingface",),
    "nvapi-": ("nvidia",),
    "pplx-": ("perplexity",),
    "tgp_": ("together",),
    "fw_": ("fireworks",),
    "bce-v3/": ("ernie",),
    "github_pat_": ("github",),
    "ghp_": ("github",),
}


def look_at_key(
    settings: Settings, route: Route, address: Setting, error: NbchatError | None
) -> Finding:
    """What there is to say of the key; `error` is what the request was refused with, if it was."""
    provider = route.provider
    key = settings.key(provider, route.model.env_key)
    if isinstance(error, MissingKey):
        return _missing(error, provider)
    if key is None:
        return fits(ABOUT, "none is needed" if not provider.key_needed else "none is sent")
    if fault := _fault(key, provider, address):
        return fault
    if isinstance(error, KeyNotSent):
        return refused(ABOUT, error)
    seen = f"{key.origin} is set"
    if _is_quoted(os.environ.get(key.origin, "")):
        seen += "; the quotes around it are left out"
    return fits(ABOUT, seen)


def _missing(error: MissingKey, provider: Provider) -> Finding:
    blank = [name for name in provider.env_keys if os.environ.get(name) is not None]
    finding = refused(ABOUT, error)
    if not blank:
        return finding
    return wrong(ABOUT, f"{blank[0]} is set, and empty.", f"Set the key:\n{set_key(blank[0])}")


def _fault(key: Key, provider: Provider, address: Setting) -> Finding | None:
    """What is wrong with its form; a fault of writing first."""
    value, again = key.secret.reveal(), f"Set it again:\n{set_key(key.origin)}"
    if _has_quote(value):
        seen = f"the key in {key.origin} has quotes around it, or one of them."
        return wrong(ABOUT, seen, again)
    if begins_with := _what_stands_before(value):
        return wrong(ABOUT, f"{key.origin} begins with {begins_with}, and not with the key.", again)
    if not key.secret.sendable:
        seen = f"the key in {key.origin} has white space or odd characters in it."
        return wrong(ABOUT, seen, again)
    if not provider.key_needed or not provider.trusts(host_of(address.value)):
        return None
    if what := _what_it_is(value):
        return wrong(ABOUT, f"{key.origin} holds {what}, and no key.", again)
    if known_keys.is_placeholder(value):
        return wrong(ABOUT, f"{key.origin} holds a placeholder, and no key.", again)
    if owner := _other_owner(key, provider):
        seen = f"{key.origin} holds a key of {owner}, and would go to {provider.name}."
        return wrong(ABOUT, seen, f"Set the key of {provider.name}:\n{set_key(key.origin)}")
    return None


def _what_stands_before(value: str) -> str:
    """What was copied together with a key; empty where nothing was."""
    for found, name in COPIED_TOO.items():
        if found.match(value):
            return name
    return ""


def _what_it_is(value: str) -> str:
    """What a value is by its form, where that is no key; empty where it may be one."""
    if ADDRESS.match(value):
        return "an address"
    return "the path of a file" if FILE.fullmatch(value) else ""


def _has_quote(value: str) -> bool:
    return value[:1] in QUOTES or value[-1:] in QUOTES


def _is_quoted(value: str) -> bool:
    value = value.strip()
    return len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES


def _other_owner(key: Key, provider: Provider) -> str:
    """Whose key it is by how it begins, where that is another provider."""
    value = key.secret.reveal()
    for beginning, kinds in BEGINNINGS.items():
        if value.startswith(beginning):
            return "" if provider.type in kinds else shipped().providers[kinds[0]].name
    return ""
