"""Notebook variables in a question of the panel."""

from __future__ import annotations

from nbchat.frontends.panel import attachments

from ..context.test_pictures import figure, jpeg


def test_the_panel_attaches_it_as_an_image() -> None:
    content, labels = attachments.content(
        "Look at @fig and {photo}", ["x"], [], {"fig": figure(), "photo": jpeg(), "x": 7}
    )

    assert isinstance(content, list)
    text, value, photo, fig = content
    assert text == "Look at fig and photo (image 1)"
    assert value == "\n\nx:\n```\n7\n```"
    assert [photo.media_type, fig.media_type] == ["image/jpeg", "image/png"]
    assert [label.partition(",")[0] for label in labels] == [
        "x (1 B)",
        "fig (image",
        "photo (image",
    ]
    assert attachments.value({"photo": jpeg()}, "photo")[0] == ""
