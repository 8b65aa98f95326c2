"""Class-name files: one name a line, or an identifier, a tab and comma-separated words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from generator.errors import NeuronAtlasError
from generator.inputs.text_file import read_text


def read_class_names(path: str, key: str, error: type[NeuronAtlasError]) -> tuple[tuple[str, str], ...]:
    """Read a class-names file; blank lines are left out.

    Args:
        path: UTF-8 text; a line is `name`, or `id<TAB>words` (of comma-separated words, the first).
        key: The recipe key that named the file, for messages.
        error: What to raise.

    Returns:
        (identifier, name) of every line in order; the identifier is empty where there is no tab.

    Raises:
        NeuronAtlasError: As `error`: no such file, not UTF-8 text, no names, or a name is missing.
    """
    lines = read_text(path, key, error).splitlines()
    entries = tuple(_entry(line) for line in lines if line.strip())
    if not entries:
        raise error(f"`{key}` must hold one class name a line, got no line in `{path}`")
    for identifier, name in entries:
        if not name:
            raise error(
                f"`{key}` must hold `id<TAB>words` lines, got no words for `{identifier}` in `{path}`"
            )
    return entries


def _entry(line: str) -> tuple[str, str]:
    identifier, tab, words = line.partition("\t")
    if not tab:
        return "", line.strip()
    return identifier.strip(), words.split(",")[0].strip()


def make_unique(names: Sequence[str], identifiers: Sequence[str]) -> tuple[str, ...]:
    """Append the identifier, where there is one, to every name that stands for several classes."""
    counts = Counter(names)
    return tuple(
        f"{name} ({identifier})" if counts[name] > 1 and identifier and identifier != name else name
        for name, identifier in zip(names, identifiers, strict=True)
    )
