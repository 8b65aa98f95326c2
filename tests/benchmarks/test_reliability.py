"""Badges of a trained network beside those of its randomly initialized twin, which has learned nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.records import Badges
from tests.badge_shares import check_shares
from tests.building import built

pytestmark = [pytest.mark.benchmark, pytest.mark.long]

NEURONS = 8  # of every layer, of the network and of its twin
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
    record = built(recipe, folder, changes).get("badges", Badges)
    assert record is not None
    return record


def test_a_residual_network_on_photographs_is_told_from_its_twin(shared: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "resnet18.toml"
    recipe.write_text(RESNET.format(shared=shared.resolve()), encoding="utf-8")
    check_shares("ResNet-18", badges_of(str(recipe), tmp_path / "output"))
