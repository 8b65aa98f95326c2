"""Class-name files: one name a line, or an identifier, a tab and comma-separated words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from generator.errors import NeuronAtlasError


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
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise error(f"`{key}` must be a text file, got `{path}`, which does not exist") from None
    except UnicodeDecodeError:
        raise error(f"`{key}` must be UTF-8 text, got `{path}`; save it as UTF-8") from None
    except OSError as fault:
        raise error(f"`{key}` cannot be read from `{path}`: {fault.strerror or fault}") from None
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
