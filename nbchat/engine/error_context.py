"""What the message of an error needs to know of the request that it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from nbchat.addresses import TABLE
from nbchat.catalog.catalog import Route
from nbchat.catalog.models_hint import models_hint, models_of_table
from nbchat.engine.prepare import PreparedRequest
from nbchat.engine.redact import redact
from nbchat.key_policy import NO_KEY
from nbchat.keys import Secret
from nbchat.known_keys import is_left_to_fill, is_placeholder
from nbchat.settings import Settings
from nbchat.settings_values import USUAL_LIMITS
from nbchat.wording import did_you_mean, safe_excerpt


@dataclass(slots=True, frozen=True)
class ErrorContext:
    """What a refusal's message needs to know of the request."""

    route: Route
    key_origin: str
    base_url: str
    keys: tuple[Secret, ...]
    similar_models: Callable[[], str] = str  # as a question: did you mean …?
    other_names: Callable[[], Iterable[str]] = tuple  # under which others serve a retired model
    replacement: Callable[[], str | None] = str  # the name to ask in place of a retired model
    longest_body: int = USUAL_LIMITS.error_body  # bytes of a refusal that are read
    base_url_origin: str = TABLE  # who has said where the provider is asked
    path: str = ""  # that is asked, behind the base URL
    is_empty_key: bool = False  # what was given as a key is empty
    has_placeholder: bool = False  # what was sent as a key is none
    models_hint: Callable[[], str] = str  # where to see the provider's models
    models_of_table: Callable[[], str] = str  # where to see those that the table has

    @classmethod
    def of(cls, settings: Settings, request: PreparedRequest) -> ErrorContext:
        route, catalog = request.route, settings.catalog
        key = request.key.secret.reveal()

        def similar_models() -> str:
            models = [m for m in catalog.models.values() if m.type == route.provider.type]
            names = [m.sent_id for m in models if m.sent_id != route.model.sent_id]
            return did_you_mean(route.model.sent_id, names)

        return cls(
            route,
            request.key.origin,
            request.base_url.value,
            (request.key.secret, *request.row_headers.values(), *settings.secrets()),
            similar_models,
            lambda: catalog.elsewhere(route.model),
            lambda: catalog.name_of(route.model.type, route.model.replacement or ""),
            request.limits.error_body,
            request.base_url.origin,
            urlsplit(request.call.url).path.removeprefix(urlsplit(request.base_url.value).path),
            not key,
            is_left_to_fill(key),
            lambda: models_hint(route.provider.type, catalog),
            lambda: models_of_table(route.provider.type, catalog),
        )

    @property
    def has_key(self) -> bool:
        """Whether a key was sent."""
        return self.key_origin != NO_KEY and not self.is_empty_key

    def mask(self, text: str) -> str:
        """A text that came from outside, without any key. A placeholder is none."""
        keys = (key.reveal() for key in self.keys)
        return redact(text, (key for key in keys if not is_placeholder(key)))

    def clean(self, text: str) -> str:
        """A provider's words, made safe and short enough to show."""
        return safe_excerpt(self.mask(text))
