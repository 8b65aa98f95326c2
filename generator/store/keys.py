"""Keys: the hash of everything a result depends on, which names its folder in the store."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

KEY_LENGTH = 24  # hex digits, 96 bits


def key_of(content: Mapping[str, Any]) -> str:
    """Return the key of JSON content; the order of mapping keys does not matter."""
    text = json.dumps(content, sort_keys=True, default=_plain, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a key")
