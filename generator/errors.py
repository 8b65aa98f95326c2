"""The exception tree: every error that a user can cause, each with the facts it speaks of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class NeuronAtlasError(Exception):
    """Base of all errors that the command line shows as one clear line.

    Args:
        message: What is wrong, where, and how to mend it; one line.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RecipeError(NeuronAtlasError):
    """A recipe that cannot be used; `problems` lists every fault found, one line each."""

    def __init__(self, source: str, problems: Iterable[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(f"recipe {source}: " + "; ".join(self.problems))


class NetworkError(NeuronAtlasError):
    """A network that cannot be loaded or does not fit what the recipe says of it."""


class ImagesError(NeuronAtlasError):
    """Images that cannot be found, downloaded or read."""


class LayerError(NeuronAtlasError):
    """A layer or neuron that the network does not have, or that cannot be tapped."""

    def __init__(self, message: str, *, wanted: str = "", valid: Iterable[str] = ()) -> None:
        self.wanted = wanted
        self.valid = tuple(valid)
        super().__init__(message)


class StoreError(NeuronAtlasError):
    """Records that are missing, foreign or cannot be written."""


class SiteError(NeuronAtlasError):
    """Pages or a site that cannot be rendered, built, checked or served."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ' (did you mean `x`?)' for the known word closest to `word`, or an empty string."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean `{matches[0]}`?)" if matches else ""
