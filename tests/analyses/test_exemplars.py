"""Exemplars of a network wired by hand: neurons that see red, green, blue, and the absence of red."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from generator.analyses import exemplars as module
from generator.analyses.base import Context
from generator.analyses.exemplar_choice import EMPTY
from generator.analyses.exemplar_look import Look
from generator.analyses.exemplars import ExemplarsAnalysis
from generator.inputs.images import ImageSet, open_images
from generator.inputs.models import Network
from generator.inputs.preprocess import Preprocess
from generator.recipe import ComputeSection, ImagesSection, NetworkSection, Recipe
from generator.recipe_sections import ExemplarsSection
from generator.records import (
    ExemplarGroup,
    Exemplars,
    Layer,
    LayerExemplars,
    LayerSurvey,
    NetworkInfo,
    Survey,
)
from generator.store.artifacts import load_record, save_record

SIDE = 8
COLOURS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0]], np.float32)
HEAD = np.array([[1, 0, 0, 0], [0, 1, -1, 0]], np.float32)
NAMES = ("top", "bottom", "strata", "random")


@dataclass(frozen=True, kw_only=True)
class HandWired(Context):
    """A context with a network of its own instead of one that a recipe names."""

    wired: Network

    def network(self) -> Network:
        return self.wired


def hand_wired(side: int) -> Network:
    colour, head = nn.Conv2d(3, 4, 1, bias=False), nn.Linear(4, 2, bias=False)
    with torch.no_grad():
        colour.weight.copy_(torch.from_numpy(COLOURS)[:, :, None, None])
        head.weight.copy_(torch.from_numpy(HEAD))
    pooled = nn.Sequential(nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    whole = nn.Sequential(colour, pooled).eval().requires_grad_(False)
    mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    info = NetworkInfo("hand", "", "0" * 64, 20, side, side, "bilinear", mean, std, (), "", "1" * 64)
    return Network(whole, Preprocess(side, side, "bilinear", mean, std), info)


def true_maps(images: ImageSet, preprocess: Preprocess) -> dict[str, np.ndarray]:
    """Response maps of both layers, (images, neurons, height, width), by plain numpy."""
    pixels = np.stack([preprocess.view(images.read(index)) for index in range(len(images))]) / np.float32(255)
    colour = np.einsum("bhwc,nc->bnhw", pixels, COLOURS)
    means = np.maximum(colour, 0).mean(axis=(2, 3))
    return {"0": colour.astype(np.float32), "1.3": (means @ HEAD.T)[:, :, None, None].astype(np.float32)}


def context_of(
    images: ImageSet, survey_of: Callable[..., LayerSurvey], settings: Mapping[str, int], batch: int = 4
) -> HandWired:
    recipe = Recipe(
        name="hand",
        title="Hand",
        network=NetworkSection(model="hand:wired"),
        images=ImagesSection(source="folder"),
        exemplars=ExemplarsSection(**settings),
        compute=ComputeSection(batch_size=batch),
    )
    network = hand_wired(images.read(0).width)
    side = network.preprocess.crop
    layers = (
        Layer("0", "Conv2d", "convolution", "", 4, side, side, neurons=(2, 0, 3)),
        Layer("1.3", "Linear", "linear", "", 2, 1, 1, neurons=(1, 0)),
    )
    maps = true_maps(images, network.preprocess)
    survey = Survey({layer.name: survey_of(maps[layer.name][:, list(layer.neurons)]) for layer in layers})
    return HandWired(recipe, "cpu", layers, images, {"survey": survey}, wired=network)


def build(context: Context) -> Exemplars:
    analysis = ExemplarsAnalysis()
    return analysis.combine(context, [analysis.run(context, task) for task in analysis.tasks(context)])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> ImageSet:
    """13 dim random pictures of two classes; one has a bright red dot, two are the same."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for index in range(13):
        pixels = random.integers(0, 200, size=(SIDE, SIDE, 3), dtype=np.uint8)
        if index == 5:
            pixels[2, 6] = (255, 0, 0)
        if index >= 11:
            pixels[:] = np.arange(SIDE * SIDE * 3, dtype=np.uint8).reshape(SIDE, SIDE, 3)
        place = folder / ("even", "odd")[index % 2]
        place.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(place / f"{index:02d}.png")
    return open_images(ImagesSection(source="folder", path=str(folder)), seed=0, side=SIDE)


SETTINGS = {"top": 3, "bottom": 2, "strata": 3, "per_stratum": 2, "random": 4, "pool": 10}


def groups_of(layer: LayerExemplars) -> dict[str, ExemplarGroup]:
    return {name: getattr(layer, name) for name in NAMES}


def check_entries(context: HandWired, record: Exemplars) -> None:
    """Compare every entry of every neuron with the numpy maps of its image."""
    maps = true_maps(context.images, context.wired.preprocess)
    index_of = {name: index for index, name in enumerate(context.images.ids)}
    for layer in context.layers:
        for name, group in groups_of(record.layers[layer.name]).items():
            for row, channel in enumerate(layer.neurons):
                truth = maps[layer.name][:, channel]
                pooled = truth.max(axis=(1, 2)).astype(np.float16)
                for entry, picture in enumerate(group.picture[row]):
                    image = index_of[record.image_ids[picture]]
                    expected = truth[image]
                    np.testing.assert_allclose(group.maps[row, entry], expected, atol=1e-3, err_msg=name)
                    assert group.peak[row, entry] == pytest.approx(expected.max(), abs=1e-5)
                    place = group.position[row, entry]
                    assert expected[tuple(place)] == pytest.approx(expected.max(), abs=1e-5)
                    smaller = (pooled < pooled[image]).mean()
                    assert group.quantile[row, entry] == pytest.approx(smaller, abs=1e-6)


def test_every_entry_shows_its_own_image(pictures: ImageSet, survey_of: Callable[..., LayerSurvey]) -> None:
    context = context_of(pictures, survey_of, SETTINGS)
    record = build(context)
    check_entries(context, record)
    layer = record.layers["0"]
    assert layer.top.maps.shape == (3, 3, SIDE, SIDE)
    assert layer.top.maps.dtype == np.float16
    assert layer.strata.picture.shape == (3, 6)
    assert record.layers["1.3"].random.maps.shape == (2, 4, 1, 1)
    np.testing.assert_allclose(layer.strata_edges, [1, 2 / 3, 1 / 3, 0])
    random = [tuple(row) for one in record.layers.values() for row in one.random.picture]
    assert len(set(random)) == 1


def test_planted_red_dot_is_the_strongest_of_the_red_neuron(
    pictures: ImageSet, survey_of: Callable[..., LayerSurvey]
) -> None:
    record = build(context_of(pictures, survey_of, SETTINGS))
    red = record.layers["0"].top  # row 1 is channel 0
    assert record.image_ids[red.picture[1, 0]] == "odd/05.png"
    assert red.peak[1, 0] == 1
    np.testing.assert_array_equal(red.position[1, 0], [2, 6])
    assert red.quantile[1, 0] == pytest.approx(12 / 13)


def test_pictures_are_the_networks_view_named_by_content(
    pictures: ImageSet, survey_of: Callable[..., LayerSurvey]
) -> None:
    everything = {**SETTINGS, "random": 13, "pool": 13}
    record = build(context_of(pictures, survey_of, everything))
    assert record.image_ids == pictures.ids
    assert record.image_sha256 == pictures.sha256
    np.testing.assert_array_equal(record.labels, pictures.labels)
    assert set(record.picture_files) == set(record.pictures)
    for index, file in enumerate(record.picture_files):
        data = record.pictures[file]
        assert file == hashlib.sha256(data).hexdigest()[:16] + ".webp"
        shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=float)
        seen = np.asarray(pictures.read(index), dtype=float)
        assert shown.shape == seen.shape
        assert abs(shown.mean() - seen.mean()) < 8
    same = [record.picture_files[pictures.ids.index(name)] for name in ("odd/11.png", "even/12.png")]
    assert same[0] == same[1]
    assert len(record.pictures) == 12


@pytest.mark.parametrize(("batch", "chunk"), [(1, 256), (13, 3), (64, 5)])
def test_batches_and_chunks_change_nothing(
    pictures: ImageSet,
    survey_of: Callable[..., LayerSurvey],
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    chunk: int,
) -> None:
    expected = build(context_of(pictures, survey_of, SETTINGS))
    monkeypatch.setattr(module, "IMAGES_A_TASK", chunk)
    found = build(context_of(pictures, survey_of, SETTINGS, batch))
    assert found.picture_files == expected.picture_files
    assert found.pictures == expected.pictures
    for layer in expected.layers:
        for name in NAMES:
            ours, theirs = getattr(found.layers[layer], name), getattr(expected.layers[layer], name)
            np.testing.assert_array_equal(ours.picture, theirs.picture)
            np.testing.assert_array_equal(ours.position, theirs.position)
            np.testing.assert_allclose(ours.peak, theirs.peak, rtol=1e-6, atol=1e-7)
            np.testing.assert_allclose(ours.maps, theirs.maps, rtol=1e-3, atol=1e-4)


def test_fewer_images_than_wanted_leave_empty_entries(
    pictures: ImageSet, survey_of: Callable[..., LayerSurvey]
) -> None:
    record = build(context_of(pictures, survey_of, {**SETTINGS, "top": 20, "bottom": 16, "random": 15}))
    layer = record.layers["0"]
    for group, kept in ((layer.top, 9), (layer.bottom, 9), (layer.random, 13)):  # the survey keeps 9
        empty = group.picture == EMPTY
        assert (~empty).sum(axis=1).tolist() == [kept] * 3
        assert not empty[:, :kept].any()
        assert np.isnan(group.peak[empty]).all()
        assert np.isnan(group.quantile[empty]).all()
        assert np.isnan(group.maps[empty]).all()
        assert (group.position[empty] == EMPTY).all()
        assert not np.isnan(group.peak[~empty]).any()


def test_parts_and_record_survive_the_store(
    pictures: ImageSet, survey_of: Callable[..., LayerSurvey], tmp_path: Path
) -> None:
    context = context_of(pictures, survey_of, SETTINGS)
    analysis = ExemplarsAnalysis()
    (task,) = analysis.tasks(context)
    save_record(tmp_path / "part", analysis.run(context, task))
    record = analysis.combine(context, [load_record(tmp_path / "part", Look)])
    save_record(tmp_path / "record", record)
    loaded = load_record(tmp_path / "record", Exemplars)
    assert loaded.pictures == record.pictures
    np.testing.assert_array_equal(loaded.layers["0"].strata.maps, record.layers["0"].strata.maps)


def test_estimate_needs_no_records(pictures: ImageSet, survey_of: Callable[..., LayerSurvey]) -> None:
    context = context_of(pictures, survey_of, SETTINGS)
    bare = HandWired(context.recipe, "cpu", context.layers, pictures, {}, wired=context.wired)
    estimate = ExemplarsAnalysis().estimate(bare)
    assert estimate.seconds > 0
    assert estimate.size > 0
    assert "13 pictures" in estimate.work


def test_real_images(shared: Path, survey_of: Callable[..., LayerSurvey]) -> None:
    section = ImagesSection(source="folder", path=str(shared / "data/cifar10/test"), limit=40)
    context = context_of(open_images(section, seed=0, side=SIDE), survey_of, {**SETTINGS, "pool": 20})
    record = build(context)
    check_entries(context, record)
    assert len(record.image_ids) <= 20 + 5 * 5
