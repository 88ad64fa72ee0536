"""An error as it may leave: what was tried, who has set the address, and no frames that hold a key.

What came from outside was masked when it was put into the message; our own words stay.
"""

from __future__ import annotations

from nbchat.addresses import TABLE
from nbchat.catalog.rows import own_variable
from nbchat.engine.error_context import ErrorContext
from nbchat.errors import ConnectionBroken, NbchatError, ProxyFailed
from nbchat.hosts import host_of, is_loopback

THE_BASE_URL = "the base URL"


def finish(error: NbchatError, attempts: int, context: ErrorContext) -> NbchatError:
    """The error with all that is to be told. Frames and causes go, for they hold the request."""
    first, newline, rest = str(error.args[0]).partition("\n")
    times = f" Tried {attempts} times." if attempts > 1 else ""
    text = f"{first}{times}{newline}{rest}"
    if isinstance(error, ConnectionBroken) and not isinstance(error, ProxyFailed):
        text = _with_address(text, context)
    elif context.base_url_origin != TABLE:
        text = _with_note(text, context.base_url_origin)
    error.args = (text,)
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _with_address(text: str, context: ErrorContext) -> str:
    """The text with the variable that has set the address, or would set another."""
    if THE_BASE_URL in text:
        return _with_note(text, _whose(context))
    first, newline, rest = text.partition("\n")
    asked_at = f"It is asked at {context.base_url} ({_whose(context)})."
    return f"{first}{newline or chr(10)}{asked_at} {rest}".rstrip()


def _with_note(text: str, note: str) -> str:
    """The text with a note behind the base URL, where it is said what to do, or else before."""
    first, newline, rest = text.partition("\n")
    noted = f"{THE_BASE_URL} ({note})"
    if THE_BASE_URL in rest:
        return f"{first}{newline}{rest.replace(THE_BASE_URL, noted, 1)}"
    return text.replace(THE_BASE_URL, noted, 1)


def _whose(context: ErrorContext) -> str:
    """Who has set the base URL; of that of the table, what would set another."""
    if context.base_url_origin != TABLE:
        return context.base_url_origin
    variable = own_variable(context.route.provider.type)
    if is_loopback(host_of(context.base_url)):
        return f"set {variable} if it listens elsewhere"
    return f"{variable} would set another"
