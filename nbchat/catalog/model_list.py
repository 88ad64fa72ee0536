"""A list of models that a notebook and a terminal show as a table."""

from __future__ import annotations

from typing import Any

from nbchat.catalog.rows import Model
from nbchat.wording import plural


class Models(list[Model]):
    """Rows of the model-mapping table."""

    def __repr__(self) -> str:
        return f"<{plural(len(self), 'model')}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import models_bundle

        return models_bundle(self)


def abilities(model: Model) -> list[str]:
    """What a model does besides reading and writing text.

    >>> abilities(Model(id="m", name="M", type="x", features=("text", "image", "thinking")))
    ['image', 'thinking']
    """
    return [feature for feature in model.features if feature != "text"]


def price_text(model: Model) -> str:
    """What a million tokens cost, in and out.

    >>> price_text(Model(id="m", name="M", type="x", price={"input": 0.6, "output": 2.5}))
    '0.6 / 2.5 USD'
    """
    price = model.price
    if price is None or price.input is None or price.output is None:
        return ""
    return f"{price.input:.3g} / {price.output:.3g} {price.currency}"


def short_price(model: Model) -> str:
    """The same below a head that says USD: only another currency is named.

    >>> short_price(Model(id="m", name="M", type="x", price={"input": 0.6, "output": 2.5}))
    '0.6 / 2.5'
    """
    return price_text(model).removesuffix(" USD")


def window_text(model: Model) -> str:
    """How many tokens a model reads, and how many it writes at most, roughly.

    >>> window_text(Model(id="m", name="M", type="x", context_window=1_048_576, max_output=262_144))
    '1M / 262k'
    """
    counts = (model.context_window, model.max_output)
    return " / ".join(_short(count) for count in counts if count) if counts[0] else ""


def _short(tokens: int) -> str:
    """A number of tokens in thousands or millions.

    >>> _short(1_050_000), _short(131_072), _short(1_500_000), _short(999_999)
    ('1M', '131k', '1.5M', '1M')
    """
    thousands = round(tokens / 1000)
    if thousands < 1000:
        return f"{thousands or 1}k"
    return f"{thousands // 100 / 10:g}M"
