"""Reads the text files that a recipe names."""

from __future__ import annotations

from pathlib import Path

from generator.errors import NeuronAtlasError


def read_text(path: str, key: str, error: type[NeuronAtlasError]) -> str:
    """Return a UTF-8 text file's content, without a byte-order mark.

    Args:
        path: The file.
        key: The recipe key that named it, for messages.
        error: What to raise.

    Raises:
        NeuronAtlasError: As `error`: no such file, not UTF-8 text, or it cannot be read.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise error(f"`{key}` must be a text file, got `{path}`, which does not exist") from None
    except UnicodeDecodeError:
        raise error(f"`{key}` must be UTF-8 text, got `{path}`; save it as UTF-8") from None
    except OSError as fault:
        raise error(f"`{key}` cannot be read from `{path}`: {fault.strerror or fault}") from None
