"""Pictures for the explorer, and the ways in which tests hand them to its page."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect


def picture(width: int = 150, height: int = 117, seed: int = 0) -> Image.Image:
    """Return soft colours with edges: a picture whose resizing matters."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 11, 3), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def choose(page: Page, name: str, content: bytes, kind: str = "image/png") -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )


def drop(page: Page, name: str, content: bytes) -> None:
    _transfer(page, name, content, 'new DragEvent("drop", { dataTransfer: data, bubbles: true })')


def paste(page: Page, name: str, content: bytes) -> None:
    _transfer(page, name, content, 'new ClipboardEvent("paste", { clipboardData: data, bubbles: true })')


def _transfer(page: Page, name: str, content: bytes, event: str) -> None:
    page.evaluate(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
          document.dispatchEvent(EVENT);
        }""".replace("EVENT", event),
        [name, list(content)],
    )


def saved(page: Page) -> dict[str, Any]:
    """Return what the page hands out as JSON."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as JSON").click()
    found: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    return found


def answered(page: Page, name: str) -> None:
    """Wait until the network has answered to an image."""
    expect(page.locator("[data-status]")).to_contain_text(f"{name}: ")
    expect(page.locator("[data-status]")).to_contain_text("answered in")
