"""Letters in other shapes, 𝐀 ℝ ℒ x²: as characters, since browsers do not draw `mathvariant`."""

from __future__ import annotations

# The first of A-Z, a-z and 0-9 in an alphabet; browsers do not draw `mathvariant`.
_ALPHABETS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, 0),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE),
    "script": (0x1D4D0, 0x1D4EA, 0),
    "fraktur": (0x1D56C, 0x1D586, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "sans-serif-italic": (0x1D608, 0x1D622, 0),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}
# The first of Α-Ω and of α-ω.
_GREEK = {
    "bold": (0x1D6A8, 0x1D6C2),
    "italic": (0x1D6E2, 0x1D6FC),
    "bold-italic": (0x1D71C, 0x1D736),
}
# Letters that Unicode had before the alphabets, and which are missing from them.
_ELSEWHERE = {
    0x1D53A: "ℂ",
    0x1D53F: "ℍ",
    0x1D545: "ℕ",
    0x1D547: "ℙ",
    0x1D548: "ℚ",
    0x1D549: "ℝ",
    0x1D551: "ℤ",
    0x1D455: "ℎ",
}

# Letters that stand above and below the line.
_PLAIN_ABOVE = "0123456789+-−=()abcdefghijklmnoprstuvwxyz⊤"
_LETTERS_ABOVE = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ"
ABOVE = dict(zip(_PLAIN_ABOVE, _LETTERS_ABOVE, strict=True))
_PLAIN_BELOW = "0123456789+-−=()aehijklmnoprstuvx"
_LETTERS_BELOW = "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
BELOW = dict(zip(_PLAIN_BELOW, _LETTERS_BELOW, strict=True))


def shape_letters(text: str, alphabet: str) -> str:
    """The text in the letters of an alphabet of MathML's `mathvariant`."""
    if alphabet not in _ALPHABETS:
        return text
    upper, lower, digit = _ALPHABETS[alphabet]
    capital, small = _GREEK.get(alphabet, (0, 0))
    ranges = (
        ("A", "Z", upper),
        ("a", "z", lower),
        ("0", "9", digit),
        ("Α", "Ω", capital),
        ("α", "ω", small),
    )

    def letter(character: str) -> str:
        for first, last, start in ranges:
            if start and first <= character <= last:
                point = start + ord(character) - ord(first)
                return _ELSEWHERE.get(point, chr(point))
        return character

    return "".join(map(letter, text))
