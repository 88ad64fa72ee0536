"""What a docstring says of a function and of each parameter."""

from __future__ import annotations

import inspect

import pytest

from nbchat.tools.docstrings import read_docstring

GOOGLE = """Find the cheapest offer.

    Only offers of today count.

    Args:
        city (str, optional): Where to look:
            a name, or a code.
        nights: How many.
        **more (Any): Others.

    Returns:
        price: The price.
    """
NUMPY = """Find the cheapest offer.

    Only offers of today count.

    Parameters
    ----------
    city : str, optional
        Where to look:
        a name, or a code.
    nights, rooms : int
        How many.

    Returns
    -------
    price : float
        The price.
    """
SPHINX = """Find the cheapest offer.

    Only offers of today count.

    :param str city: Where to look:
        a name, or a code.
    :param nights: How many.
    :type nights: int
    :returns: The price.
    """
EPYTEXT = """Find the cheapest offer.

    Only offers of today count.

    @param city: Where to look: a name, or a code.
    @param nights: How many.
    """
STYLES = {"google": GOOGLE, "numpy": NUMPY, "sphinx": SPHINX, "epytext": EPYTEXT}


@pytest.mark.parametrize("style", STYLES)
def test_each_style_tells_the_function_and_its_parameters(style: str) -> None:
    told = read_docstring(inspect.cleandoc(STYLES[style]))

    assert told.text == "Find the cheapest offer.\n\nOnly offers of today count."
    assert told.parameters["city"] == "Where to look: a name, or a code."
    assert told.parameters["nights"] == "How many."
    assert "price" not in told.parameters


def test_names_that_share_their_words_have_them_each() -> None:
    assert read_docstring(inspect.cleandoc(NUMPY)).parameters["rooms"] == "How many."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Add.",
        "Add.\n\nNote: a + b.",
        "Args:",
        "Parameters",
        "Parameters\nare few.",
        ":",
        ":param",
    ],
)
def test_a_plain_text_is_all_description(text: str) -> None:
    told = read_docstring(text)

    assert told.text == text
    assert told.parameters == {}
