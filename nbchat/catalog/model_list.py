"""A list of models that a notebook and a terminal show as a table."""

from __future__ import annotations

from typing import Any

from nbchat.catalog.rows import Model


class Models(list[Model]):
    """Rows of the model-mapping table."""

    def __repr__(self) -> str:
        return f"<{len(self):,} models>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from nbchat.display import models_bundle

        return models_bundle(self)


def abilities(model: Model) -> str:
    """What a model does besides reading and writing text.

    >>> abilities(Model(id="m", name="M", type="x", features=("text", "image", "thinking")))
    'image, thinking'
    """
    return ", ".join(feature for feature in model.features if feature != "text")


def price_text(model: Model) -> str:
    """What a million tokens cost, in and out.

    >>> price_text(Model(id="m", name="M", type="x", price={"input": 0.6, "output": 2.5}))
    '0.6 / 2.5 USD'
    """
    price = model.price
    if price is None or price.input is None or price.output is None:
        return ""
    return f"{price.input:.3g} / {price.output:.3g} {price.currency}"
