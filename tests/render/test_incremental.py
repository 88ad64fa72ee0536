"""What streams in pieces ends as what the whole text gives, with each block rendered once."""

from __future__ import annotations

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbchat.render import Incremental, to_html

LINES = [
    *("", "", "", "", " ", "  ", "words and *more* words", "a **bold", "text** end", "`code` here", "last `open"),
    *("# Title", "## Two", "#", "#not", "Setext", "===", "---", "--", "-", "***", "* * *", "  ---"),
    *("- item", "- ", "  - nested", "    - deeper", "* star", "1. one", "2) two", "10. ten", "   more of it", "+ plus"),
    *("- [ ] task", "- [x] done", "      far in", "    code", "\tcode", "    "),
    *("```", "```python", "````", "~~~", "~~~ sh", "   ```", "  ```", "    ```", "> ```", "- ```", "x = 1  # hi"),
    *("| a | b |", "|---|---|", "|:-:|--:|", "| 1 | 2 |", "a | b", "--- | ---", "|", "|a", "1 | 2 | 3", "| $x$ | `a|b` |"),
    *("> quote", ">", "> - in quote", "> | a |", "> |---|", ">> two", "> # h", "lazy"),
    *("[ref]: https://example.com", "[ref]:", "https://example.com", "'title'", "\"title", "[ref]", "[text][ref]"),
    *("[^1]: a note", "    more note", "see[^1]", "^[inline note]", "[^2]: [^1]", "> [^q]: quoted", "- [^l]: listed"),
    *("$$", "$$ x^2 $$", "$$x", "x = 1$$", "a $$x$$ b", "$x$ and $5", "$5 and $6", r"\[", r"\]", r"\[ a_1 \]", r"\[ a", r"\(x\)"),
    *(r"\begin{align}", r"a &= b \\", r"\end{align}", r"\end{align} tail", "$$ tail", r"\] where $x$", "- $$", "  $$", "> $$"),
    *("<div>", "</div>", "<b>x</b>", "<!-- c", "-->", "<script>alert(1)</script>", "<?php", "&amp; &#0; &lt;"),
    *("![alt](https://e.com/i.png)", "[a](https://e.com)", "https://e.com/x", "[a](", "javascript:alert(1)"),
    *("你好，世界", "数学$x$好", "**中文**。", "שלום", "😀 emoji", "\u202ebidi", "\x00\x1b[31m", "\ud83d", "\ude00"),
    *("\u00a0", "\u2028", "\u3000x", "[label", "[a", "a\\", "\\", "\\\\", "two  ", "hard\\", "***b*i**", "_a_ __b__", "~~s~~", "~", "==", "1.", "1", "+", "*", ")", "]: x"),
]  # fmt: skip

documents = st.lists(st.sampled_from(LINES), max_size=30).flatmap(
    lambda lines: st.lists(
        st.sampled_from(["\n"] * 6 + ["\n\n"] * 4 + ["\r\n", "\r", " ", ""]), min_size=len(lines), max_size=len(lines)
    ).map(lambda ends: "".join(line + end for line, end in zip(lines, ends, strict=True)))
)


def fed(text: str, cuts: list[int], *, look: bool = False) -> Incremental:
    page = Incremental()
    before = 0
    for cut in [*sorted(cut % (len(text) + 1) for cut in cuts), len(text)]:
        page.feed(text[before:cut])
        before = cut
        if look:
            _ = page.tail
    page.finish()
    return page


@settings(max_examples=400, deadline=None)
@given(documents, st.lists(st.integers(0, 10_000), max_size=40), st.booleans())
@example("para\n- item\n- item\n\npara\n---\n", [5, 6, 7, 8], True)
@example("[a]\n\n[a]: https://example.com\n", [4, 9], True)
@example("a\r\n\r\nb", [2, 3, 4], True)
@example("x\ud83d\ude00", [2], True)
def test_any_cutting_ends_as_the_whole(text: str, cuts: list[int], look: bool) -> None:
    page = fed(text, cuts, look=look)

    assert page.html == to_html(text)
    assert page.tail == ""


if __name__ == "__main__":
    rng = random.Random()
    import sys

    for n in range(int(sys.argv[1])):
        text = "".join(
            rng.choice(LINES) + rng.choice(["\n"] * 6 + ["\n\n"] * 4 + ["\r\n", "\r", " ", ""])
            for _ in range(rng.randint(1, 30))
        )
        p = Incremental()
        i = 0
        while i < len(text):
            k = rng.choice([1, 1, 2, 5, 20, 60])
            p.feed(text[i : i + k])
            i += k
            if rng.random() < 0.3:
                p.tail
        p.finish()
        if p.html != to_html(text):
            print(repr(text))
            print(p.html)
            print("---")
            print(to_html(text))
            break
