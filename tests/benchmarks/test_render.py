"""2,000 neuron pages from records, MkDocs included, in under 90 s on 2 cores."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from generator.pages.render import render
from generator.publish.build import build_site
from generator.store.layout import Layout
from tests.pages.fake_atlas import fake_atlas

NEURONS = 2000
LAYERS = 10
LIMIT = 90.0  # seconds, issue 2
WORKERS = 2


@pytest.mark.benchmark
def test_two_thousand_pages(tmp_path: Path) -> None:
    atlas = fake_atlas("large", layers=LAYERS, neurons=NEURONS // LAYERS)
    layout = Layout(tmp_path)
    start = time.perf_counter()
    render(layout, [atlas], site_url="", workers=WORKERS)
    rendered = time.perf_counter()
    build_site(layout, [atlas.subject], site_url="")
    built = time.perf_counter()
    print(f"\npages {rendered - start:.1f} s, site {built - rendered:.1f} s, {NEURONS} neurons")
    assert sum(1 for _ in layout.site.glob("large/*/*.html")) == NEURONS + LAYERS
    assert built - start < LIMIT
