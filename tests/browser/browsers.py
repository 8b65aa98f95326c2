"""Finds the system's Chromium and says how tests start it."""

from __future__ import annotations

import shutil

# Quiet, without a sandbox (containers have none) and without traffic of the browser's own.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")

# Environment variable that makes a missing browser a failure.
REQUIRE = "NEURON_ATLAS_REQUIRE_BROWSER"


def find_browser() -> str | None:
    """Return the path of the system's Chromium, None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)
