"""What somebody else wrote, without what it quotes."""

import re

__all__ = ["HIDDEN", "masked", "words"]

HIDDEN = "…"
_TOKEN = re.compile(r"[^\s,;:()\[\]{}'\"<>=|/]+")
_CODE = re.compile(r"[A-Z]{2,}(?:_[A-Z]+)+")  # REQUIRED_FIELD_MISSING
_BEGINNING = re.compile(
    "A|An|At|Cannot|Could|Duplicate|Error|Expected|Field|For|Improper|Invalid|Missing|No|Not|Record|Required|Row|"
    "Skipped|The|There|This|Too|Unable|Unexpected|Unknown|User|Value|Variable|Warning"
)
_PLAIN = re.compile(r"[a-z_]+[.!?]?")


def masked(text: str, *, hidden: set[str], kept: set[str]) -> str:
    """The text with "…" for every word that may be a value.

    A word stays if it is one of those ``kept``, the names that we gave ourselves; or if it consists of small letters,
    is a code, or begins complaints, and is none of those ``hidden``, which were sent. Words with a digit, an @ or a
    capital letter go: receivers also quote what they have had before.
    """

    def shown(token: re.Match[str]) -> str:
        found, word = words(token[0]), token[0]
        plain = _PLAIN.fullmatch(word) or _CODE.fullmatch(word)
        stays = found <= kept or _BEGINNING.fullmatch(word) or (plain and hidden.isdisjoint(found))
        return word if stays else HIDDEN

    return re.sub(rf"{HIDDEN}(?:[\s,;:'\"]*{HIDDEN})+", HIDDEN, _TOKEN.sub(shown, text))


def words(text: str) -> set[str]:
    """The words of a text, in small letters: how values are looked for in what somebody else wrote."""
    return set(re.findall(r"\w+", text.casefold()))
