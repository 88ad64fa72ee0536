"""What goes wrong, drawn as one tree. Every error says what to do next.

    NbchatError
    ├── SetupError              nothing was sent; you can fix it
    │   ├── UnknownModel        no such name; near names are offered; a ValueError too
    │   ├── MissingKey          no key for this provider; its variable is named
    │   ├── BadSettings         a setting, or a row of a settings file, is not usable
    │   │   ├── BadCall         a call in Python that cannot be made; a TypeError too
    │   │   │   ├── NoQuestion  nothing is asked
    │   │   │   └── NoValue  the answer to a question without a schema; an AttributeError too
    │   │   ├── BadOption       no such option, or a value that it does not take
    │   │   ├── BadCommand      a command of %chat lacks something, or takes something else
    │   │   │   └── NoSuchCommand
    │   │   ├── BadFile         a file cannot be read, written, imported or trusted
    │   │   ├── BadAttachment   a picture or a file that cannot be sent
    │   │   ├── KeyNotSent      a key in the wrong place, or for somebody else
    │   │   ├── MissingAddress  where the provider is asked is not known
    │   │   ├── NotThere        no such conversation, branch, turn or provider
    │   │   └── HistoryUnavailable  nothing is kept on disk here, or it cannot be read
    │   ├── ConversationBusy    this conversation is already answering
    │   └── BudgetReached       it would cost more than a budget has left
    ├── ServiceError            the provider answered, and refused
    │   ├── KeyRefused          the key is wrong, or of another account
    │   ├── NotAllowed          the key is right, but not for this
    │   ├── NoCredit            the account has no money or quota left
    │   ├── RateLimited         too many requests; `retry_after` in seconds
    │   ├── ModelNotFound       the provider does not know this model
    │   │   └── RetiredModel    it did once; the replacement is named
    │   ├── ContextTooLong      the conversation does not fit the model
    │   ├── Filtered            the provider's content filter refused
    │   ├── RequestRefused      the provider does not accept the request
    │   ├── ServiceDown         overloaded, or failing on its side
    │   └── InvalidAnswer       the answer is not of the schema that was asked for
    ├── ConnectionBroken        no answer: unreachable, TLS, proxy, silence, cut off
    │   ├── Unreachable
    │   │   └── UnknownHost     the host has no address; no second try helps
    │   ├── TlsFailed
    │   ├── ProxyFailed
    │   ├── TimedOut
    │   └── BadAnswer           something answered, but not this API
    ├── NeedsConsent            a tool was not run: it asks a person first, and nobody was there
    └── Interrupted             you stopped it; what had arrived is kept

A cell shows one or two lines and still fails: the first says what happened, the second what
to do. Where that can be pasted it stands alone in the second, and what it is for at the end of
the first. Messages are made for people and hold no keys: they are masked when an error is made.
"""

from __future__ import annotations

import re
from typing import Any

from nbchat.wording import as_can_be_written, to_copy

# JupyterLab makes links of these wherever they stand in an error, whoever wrote the words.
_LINKED = re.compile(
    r"(?<![a-z0-9+.-])(?!https?:)(?:[a-z][a-z0-9+.-]+(?=://)|data(?=:\S))", re.IGNORECASE
)


class NbchatError(Exception):
    """The base of all that nbchat raises on purpose.

    >>> try:
    ...     raise NbchatError("what happened. What to do.")
    ... except NbchatError as error:
    ...     print(error)
    what happened. What to do.
    """

    retryable = False  # whether the same request may succeed in a moment
    other_model_helps = False  # whether the question may be answered by another model
    result: Any = None  # of a map that it has ended: what was done by then

    def __init__(self, *words: object) -> None:
        from nbchat import known_keys  # loading the extension needs none of its patterns

        super().__init__(*(known_keys.hide_cut(w) if isinstance(w, str) else w for w in words))

    @property
    def happened(self) -> str:
        """What happened, without what to do about it."""
        return super().__str__().partition("\n")[0]

    def __str__(self) -> str:
        text = super().__str__()
        command = to_copy(text)
        if command:
            text = " ".join(text.split("\n")[:-1]) + f"\n{command}"
        return text

    def _render_traceback_(self) -> list[str]:
        # IPython and ipykernel show these lines in place of a traceback; the cell still fails.
        from nbchat.languages import translated

        first, *rest = as_can_be_written(_break_links(translated(str(self)))).split("\n", 1)
        return [f"\x1b[1m{error_name(self)}\x1b[0m: {first}", *rest]


def error_name(error: BaseException) -> str:
    """What people call an error: its class, or of what is derived within nbchat the public one."""
    public = [kind for kind in type(error).__mro__ if kind.__module__ == __name__]
    return (public or [type(error)])[0].__name__


class SetupError(NbchatError):
    """Nothing was sent; something on this side needs fixing.

    >>> import nbchat
    >>> try:
    ...     nbchat.ask("kimi", "Why is the sky blue?")
    ... except nbchat.SetupError as error:
    ...     print(error)
    'kimi' is a provider. Name a model of it, such as kimi-k2.6. Its models:
    %chat models kimi
    """


class UnknownModel(SetupError, ValueError):
    """No model or provider has this name."""

    other_model_helps = True


class MissingKey(SetupError):
    """The provider needs a key and none of its variables is set."""

    other_model_helps = True


class BadSettings(SetupError):
    """A setting, or a row of a settings file, cannot be used; what is below it is told apart."""


class BadCall(BadSettings, TypeError):
    """The call as such is wrong: an option that does not exist, or an argument of another kind.

    >>> import nbchat
    >>> try:
    ...     nbchat.ask("demo")
    ... except TypeError as error:
    ...     print(error)
    ask() was called without a question.
    Write nbchat.ask("demo", "Why is the sky blue?"), the model first.
    """


class NoQuestion(BadCall):
    """Nothing is asked: the question is empty.

    >>> import nbchat
    >>> try:
    ...     nbchat.ask("demo", "")
    ... except NoQuestion as error:
    ...     print(error)
    there is no question. Write one into the cell, below the %%chat line; in Python pass ...
    """


class NoValue(BadCall, AttributeError):
    """The answer has no value: nobody asked for one.

    >>> import nbchat
    >>> hasattr(nbchat.ask("demo", "What did I just ask?"), "value")
    False
    """


class BadOption(BadSettings):
    """No option has this name, or it does not take this value."""


class BadCommand(BadSettings):
    """A command of `%chat` lacks something, or takes something else."""


class NoSuchCommand(BadCommand):
    """`%chat` has no command of this name."""


class BadFile(BadSettings):
    """A file cannot be read, written, imported or trusted."""


class BadAttachment(BadSettings):
    """A picture or a file is too large, or of a kind that the model does not take."""

    other_model_helps = True


class KeyNotSent(BadSettings):
    """A key stands where none may, or belongs to somebody else than whom it would go to."""

    other_model_helps = True


class MissingAddress(BadSettings):
    """The provider, or the conversation, needs an address that is not set."""

    other_model_helps = True


class NotThere(BadSettings):
    """No conversation, branch, turn or provider is there by this name."""


class HistoryUnavailable(BadSettings):
    """Nothing is kept on disk here, or what is there cannot be read."""


class ConversationBusy(SetupError):
    """The conversation is answering already."""


class BudgetReached(SetupError):
    """Nothing was sent: it would cost more than a budget has left.

    It is a SetupError: what to do about it stands below what happened.

    >>> issubclass(BudgetReached, SetupError)
    True
    """


class ServiceError(NbchatError):
    """The provider answered and refused.

    `status` is the HTTP status (200 for an error inside a stream), `retry_after`
    is in seconds, `request_id` is what the provider's support asks for.

    >>> try:
    ...     raise RateLimited("kimi limits the rate of requests (429).", status=429, retry_after=20)
    ... except ServiceError as error:
    ...     print(type(error).__name__, error.status, error.retry_after)
    RateLimited 429 20
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
        provider: str = "",
        model: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.request_id = request_id
        self.provider = provider
        self.model = model
        self.field = ""  # of the request, where the provider names the one it refuses


class KeyRefused(ServiceError):
    """The provider does not accept the key."""

    other_model_helps = True


class NotAllowed(ServiceError):
    """The account may not do this."""

    other_model_helps = True


class NoCredit(ServiceError):
    """The account has no money or quota left."""

    other_model_helps = True


class RateLimited(ServiceError):
    """Too many requests in too short a time."""

    other_model_helps = True
    retryable = True


class ModelNotFound(ServiceError):
    """The provider does not know the model."""

    other_model_helps = True


class RetiredModel(ModelNotFound):
    """The provider no longer serves the model."""


class ContextTooLong(ServiceError):
    """The conversation is longer than the model can read."""

    other_model_helps = True


class Filtered(ServiceError):
    """The provider's content filter refused the question."""

    other_model_helps = True


class RequestRefused(ServiceError):
    """The provider does not accept the request as it is."""


class ServiceDown(ServiceError):
    """The provider is overloaded or failing."""

    other_model_helps = True
    retryable = True


class InvalidAnswer(ServiceError):
    """The answer is not of the schema that was asked for: another value, or cut short.

    >>> import nbchat
    >>> try:
    ...     nbchat.ask("demo", "Who wrote Emma?", schema="author, year int", max_tokens=1)
    ... except InvalidAnswer as error:
    ...     print(error)
    nbchat demonstration's answer was cut at its limit, and is no value.
    Allow more with max_tokens, or ask for less.
    """

    other_model_helps = True


class ConnectionBroken(NbchatError):
    """There was no answer to read, or it broke off.

    >>> issubclass(TimedOut, ConnectionBroken), TimedOut.retryable        # worth another try
    (True, True)
    """

    other_model_helps = True


class Unreachable(ConnectionBroken):
    """No connection could be made, or it was lost before an answer."""

    retryable = True


class UnknownHost(Unreachable):
    """The host's name has no address here, and will have none in a moment."""

    retryable = False


class TlsFailed(ConnectionBroken):
    """The server could not prove who it is."""

    verify_code = 0  # what OpenSSL calls the fault of the certificate; 0 where it has seen none


class ProxyFailed(ConnectionBroken):
    """The proxy on the way refused."""

    other_model_helps = False


class TimedOut(ConnectionBroken):
    """The server was silent for too long."""

    retryable = True


class BadAnswer(ConnectionBroken):
    """Something answered that is not this API."""


class NeedsConsent(NbchatError):
    """A tool was not run, since it asks a person first and nobody was there; the answer is kept."""


class Interrupted(NbchatError):
    """The user stopped the answer; what had arrived is kept.

    Of `nbchat.map` it has the rows that were answered by then, as its `.result`.

    >>> Interrupted("stopped after 20 of 300 rows.").result is None
    True
    """


def _break_links(words: str) -> str:
    """The same words with an invisible joiner, so that only addresses of the web become links."""
    return _LINKED.sub("\\g<0>\u2060", words)
