"""A redirect, which is not followed: it would carry the question, and the key, elsewhere."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from nbchat.engine.error_context import ErrorContext
from nbchat.errors import BadAnswer
from nbchat.wording import OR_ANOTHER_MODEL


def redirect_error(location: str, context: ErrorContext) -> BadAnswer:
    """For a redirect: it would carry the question, and perhaps the key, to another place."""
    name, place = context.route.provider.name, context.base_url
    target = _redirect_target(location, context)
    if not target:
        return BadAnswer(
            f"{name} at {place} redirects without saying where to.\n"
            f"Check the base URL, {OR_ANOTHER_MODEL}"
        )
    return BadAnswer(
        f"{name} at {place} redirects to {context.clean(target)}, which is not followed: "
        "it would carry the question there.\n"
        "If that is the right place, set it as the base URL; if not, check the base URL, "
        f"{OR_ANOTHER_MODEL}"
    )


def _redirect_target(location: str, context: ErrorContext) -> str:
    """The address without user, query and fragment; as it stands where it is none."""
    if not location:
        return ""
    try:
        parts = urlsplit(urljoin(context.base_url + "/", location))
    except ValueError:
        return location
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
