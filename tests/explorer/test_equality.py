"""The browser's answers are the generator's own, on the demo and on a real network of full size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, expect

from generator.activations.stream import stream
from generator.inputs.batches import Batch
from generator.inputs.models import load_network
from generator.pages.explorer_data import PEAK_LEVELS, peak_quantiles
from generator.recipe import Recipe
from generator.records import Layer, Survey
from generator.store.layout import Layout
from generator.store.manifest import read_atlas
from tests.browser.conftest import opened
from tests.explorer.images import answered, drop, picture, png, saved
from tests.explorer.sites import served

TOP = 10  # neurons of a layer that must be the same, in the same order
RELATIVE = 1e-2  # largest difference of a response


def generators_own(
    recipe: Recipe, site: Path, image: Image.Image
) -> dict[str, list[tuple[str, float, float]]]:
    """Return every layer's neurons with peak and percentile, strongest first, by the generator's own way."""
    atlas = read_atlas(Layout(site.parent), recipe.name)
    survey = atlas.get("survey", Survey)
    assert survey is not None
    network = load_network(recipe.network, recipe.preprocess, recipe.seed, "cpu")
    pixels = torch.from_numpy(network.preprocess.view(image))[None]
    found: dict[str, list[tuple[str, float, float]]] = {}

    def receive(layer: Layer, maps: torch.Tensor, _batch: Batch) -> None:
        rows = []
        for row, channel in enumerate(layer.neurons):
            own = survey.layers[layer.name]
            peak, strongest = float(maps[0, row].max()), float(own.maximum[row])
            quantiles = peak_quantiles(own.peaks[:, row], strongest)
            share = float(np.interp(peak, quantiles, PEAK_LEVELS)) if peak > quantiles[0] else 0.0
            name = f"{recipe.name}/{layer.name}/{channel}"
            rows.append((-share, -peak / strongest if strongest > 0 else 0, channel, name, peak, share))
        found[layer.name] = [(name, peak, share) for *_, name, peak, share in sorted(rows)]

    batch = Batch(np.array([0]), np.array([-1], np.int32), pixels)
    stream(network, atlas.subject.layers, [batch], receive)
    return found


@pytest.mark.parametrize(("recipe_of", "site_of"), [("recipe", "site"), ("resnet_recipe", "resnet_site")])
def test_a_dropped_png_gets_the_generator_s_own_answers(
    request: pytest.FixtureRequest, browser: Browser, recipe_of: str, site_of: str
) -> None:
    recipe: Recipe = request.getfixturevalue(recipe_of)
    site: Path = request.getfixturevalue(site_of)
    image = picture(260, 300)
    with (
        served(site) as address,
        opened(browser, address, f"{recipe.name}/explorer.html", accept_downloads=True) as visit,
    ):
        expect(visit.page.locator(".na-drop")).to_be_visible()
        drop(visit.page, "soft.png", png(image))
        answered(visit.page, "soft.png")
        layers = {entry["layer"]: entry["neurons"] for entry in saved(visit.page)["images"][0]["layers"]}
        assert visit.foreign() == []
        assert visit.complaints == []
    expected = generators_own(recipe, site, image)
    assert set(layers) == set(expected)
    for name, neurons in expected.items():
        assert [entry["neuron"] for entry in layers[name][:TOP]] == [neuron for neuron, *_ in neurons[:TOP]]
        peaks = {entry["neuron"]: entry for entry in layers[name]}
        for neuron, peak, share in neurons:
            assert peaks[neuron]["peak"] == pytest.approx(peak, rel=RELATIVE, abs=1e-3)
            assert peaks[neuron]["percentile"] == pytest.approx(share, abs=RELATIVE)
