"""A check of the model that is named, or of the one that would be asked now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbchat.conversation import default_model
from nbchat.engine.checks import Subject, other_keys
from nbchat.engine.findings import Finding, refused
from nbchat.errors import BadSettings, NbchatError
from nbchat.runtime import LOCAL_SERVER

if TYPE_CHECKING:
    from nbchat.conversation.default_model import Chooser
    from nbchat.runtime import Runtime
    from nbchat.settings import Settings

NAMED = "named here"


def check(opened: Runtime, conversation: Chooser, model: str, *, live: bool) -> list[Finding]:
    """Everything that is found, blocking: for a second, and with `live` for two answers."""
    try:
        settings = opened.settings()
    except BadSettings as error:
        return [refused("settings", error)]
    try:
        subject = Subject(model, NAMED) if model else _subject(opened, conversation)
    except NbchatError as error:
        return [refused("model", error), other_keys(settings, "")]
    findings = opened.bridge.run(opened.engine.check(subject, live=live))
    if not model:
        findings.append(other_keys(settings, _provider_of(subject, settings)))
    return findings


def _subject(opened: Runtime, conversation: Chooser) -> Subject:
    """The model that would be asked now, and why. Raises what a question without one does."""
    name, why = opened.choose_model(conversation)
    if why not in (default_model.NO_KEY, LOCAL_SERVER):
        return Subject(name, why)
    name, _ = opened.bridge.run(opened.default_model(conversation))
    return Subject(name, LOCAL_SERVER if opened.local_model else default_model.NO_KEY)


def _provider_of(subject: Subject, settings: Settings) -> str:
    if not settings.catalog.leads(subject.name):
        return ""
    return settings.catalog.find(subject.name).provider.type
