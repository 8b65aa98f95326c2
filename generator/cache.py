"""Where this user's downloads are kept between builds."""

from __future__ import annotations

import os
from pathlib import Path


def user_cache() -> Path:
    """Return the user's folder for downloads of this program; it need not exist yet.

    Source:
        XDG Base Directory Specification: `XDG_CACHE_HOME`, where absolute, else `~/.cache`.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (cache if cache.is_absolute() else Path.home() / ".cache") / "neuron-atlas"
