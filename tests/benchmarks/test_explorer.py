"""How fast the browser answers beside ONNX Runtime itself, and whether its page stays free meanwhile."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from playwright.sync_api import Browser

from generator.publish.runtime import find_runtime
from tests.browser.conftest import opened
from tests.explorer.images import answered, drop, picture, png
from tests.explorer.sites import finished, full_size_resnet, served

ROUNDS = 6  # the first to warm up
MOST = 12.0
"""Times the native runtime's time on one thread, WebAssembly being without its widest instructions."""

LONGEST_PAUSE = 0.5
"""Share of an answer's time for which the page may not react, at most; the median over the rounds. A page
that runs its network itself is at 1 and above."""

# Notes the longest time, in milliseconds, for which the page's thread took up no new work.
WATCH = """() => {
  window.longest = 0;
  let before = performance.now();
  const beat = () => {
    const now = performance.now();
    window.longest = Math.max(window.longest, now - before);
    before = now;
    setTimeout(beat, 0);
  };
  beat();
}"""


def native_seconds(model: Path, side: int) -> float:
    """Return the median time of one image through a model in the native runtime, one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (entry,) = session.get_inputs()
    image = np.random.default_rng(0).normal(size=(1, 3, side, side)).astype(np.float32)
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        session.run(None, {entry.name: image})
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds[1:]))


@pytest.mark.benchmark
def test_resnet_18_at_224_pixels(tmp_path: Path, shared: Path, browser: Browser) -> None:
    runtime = find_runtime()
    assert not runtime.problem, runtime.problem
    recipe = full_size_resnet(shared)
    site = finished(recipe, tmp_path, runtime)
    native = native_seconds(site / recipe.name / "explorer.onnx", 224)
    seconds, pauses = [], []
    with served(site) as address, opened(browser, address, f"{recipe.name}/explorer.html") as visit:
        visit.page.evaluate(WATCH)
        for number in range(ROUNDS):
            visit.page.evaluate("window.longest = 0")
            drop(visit.page, f"image{number}.png", png(picture(260, 300, seed=number)))
            answered(visit.page, f"image{number}.png")
            status = visit.page.locator("[data-status]").inner_text()
            found = re.search(r"answered in ([\d.]+) s", status)
            assert found, status
            seconds.append(float(found[1]))
            pauses.append(visit.page.evaluate("window.longest") / 1000)
    answer = float(np.median(seconds[1:]))
    shares = [pause / second for pause, second in zip(pauses[1:], seconds[1:], strict=True)]
    print(
        f"\nResNet-18 at 224 pixels in the browser: {answer:.2f} s, "
        f"{answer / native:.1f} × the native runtime; "
        f"the page pauses for {np.median(shares):.0%} of it ({', '.join(f'{share:.0%}' for share in shares)})"
    )
    assert answer < MOST * native
    assert np.median(shares) < LONGEST_PAUSE
