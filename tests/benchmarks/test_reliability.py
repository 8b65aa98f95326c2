"""Badges of trained networks beside those of their randomly initialized twins, which have learned nothing."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from generator.pipeline import build_records
from generator.progress import Reporter
from generator.recipe_file import load_recipe
from generator.records import BADGES, Badges, LayerBadges
from generator.store.layout import Layout
from generator.store.manifest import read_atlas

pytestmark = pytest.mark.benchmark

NEURONS = 8  # of every layer, of the network and of its twin
MOST_OF_TWIN = 0.1  # share of the twin's neurons that may be reliable
WELL_ABOVE = 0.2  # by which the trained network's share is larger
ALONE = {"concepts.source": "none", "visualization.negative": "false", "visualization.plain": "false"}
RESNET = """
name = "resnet18"
title = "ResNet-18 on Tiny ImageNet"

[network]
model = "resnet18"
weights = "{shared}/models/resnet18-tinyimagenet.pth"

[preprocess]
resize = 64
crop = 64
mean = [0.485, 0.456, 0.406]
std = [0.229, 0.224, 0.225]

[images]
source = "folder"
path = "{shared}/data/tiny-imagenet-val"
limit = 2000

[layers]
select = ["relu", "layer1.1", "layer2.1", "layer3.1", "layer4.1"]
"""


def badges_of(recipe: str, folder: Path) -> Badges:
    changes = {**ALONE, "layers.neurons": str(NEURONS)}
    loaded = load_recipe(recipe, changes)
    build_records(loaded, Layout(folder), Reporter(Console(file=io.StringIO())))
    record = read_atlas(Layout(folder), loaded.name).get("badges", Badges)
    assert record is not None
    return record


def shares(layers: Mapping[str, LayerBadges]) -> dict[str, float]:
    badges = np.concatenate([layer.badge for layer in layers.values()])
    return {name: float(np.mean(badges == BADGES.index(name))) for name in BADGES}


def words(layers: Mapping[str, LayerBadges]) -> str:
    return ", ".join(f"{share:.1%} {name}" for name, share in shares(layers).items())


def check(name: str, record: Badges) -> None:
    """Print the shares of every badge, all in all and layer by layer, and compare them."""
    print(f"\n{name}: {words(record.layers)}\ntwin: {words(record.twin)}")
    for layer, found in record.layers.items():
        print(f"  {layer}: {words({layer: found})} | twin: {words({layer: record.twin[layer]})}")
    own, twin = shares(record.layers)["reliable"], shares(record.twin)["reliable"]
    assert twin <= MOST_OF_TWIN
    assert own >= twin + WELL_ABOVE


def test_the_demo_s_network_is_told_from_its_twin(tmp_path: Path) -> None:
    check("demo", badges_of("demo", tmp_path))


def test_a_residual_network_on_photographs_is_told_from_its_twin(shared: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "resnet18.toml"
    recipe.write_text(RESNET.format(shared=shared.resolve()), encoding="utf-8")
    check("ResNet-18", badges_of(str(recipe), tmp_path / "output"))
