"""Probes say of a network wired by hand what is true of it, whoever runs them."""

from __future__ import annotations

import dataclasses
import functools
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from generator.analyses.base import Analysis, Context
from generator.analyses.probe_features import ProbeFeaturesAnalysis
from generator.analyses.probe_sample import PER_CLASS, probed_images
from generator.analyses.probes import ProbesAnalysis
from generator.errors import ImagesError
from generator.parallel import run_tasks
from generator.pipeline import prepare
from generator.progress import Reporter
from generator.recipe import ComputeSection
from generator.recipe_file import load_recipe
from generator.records import NOWHERE, Probe, ProbeFeatures, Probes
from generator.store.artifacts import load_record, save_record
from tests.planted_probes import LAYERS, write_images

FEATURES, PROBES = ProbeFeaturesAnalysis(), ProbesAnalysis()


def computed(
    analysis: Analysis[Any, Any, Any], context: Context, compute: ComputeSection | None = None
) -> Any:
    work = functools.partial(analysis.run, context)
    parts = list(run_tasks(work, analysis.tasks(context), compute or ComputeSection()))
    return analysis.combine(context, parts)


def opened(recipe: Path, **overrides: str) -> Context:
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    context, _ = prepare(load_recipe(str(recipe), changes), Reporter(Console(file=io.StringIO())))
    return context


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_images(tmp_path_factory.mktemp("planted-probes"))


@pytest.fixture(scope="module")
def context(recipe: Path) -> Context:
    context = opened(recipe)
    return dataclasses.replace(context, records={"probe_features": computed(FEATURES, context)})


@pytest.fixture(scope="module")
def found(context: Context) -> Probes:
    record: Probes = computed(PROBES, context)
    return record


def probe(found: Probes, name: str) -> Probe:
    (one,) = [probe for probe in found.probes if probe.name == name]
    return one


@pytest.mark.parametrize(("name", "layer"), [("own: colour", 0), ("own: shape", 1), ("class", 2)])
def test_each_task_is_read_at_the_one_layer_where_it_is_linearly_present(
    found: Probes, name: str, layer: int
) -> None:
    one = probe(found, name)
    assert found.layers == LAYERS
    elsewhere = [place for place in range(3) if place != layer]
    assert one.trained.score.mean[layer] > 0.98
    assert (one.trained.selectivity.low[elsewhere] < 0).all()
    assert (one.trained.selectivity.high[elsewhere] > 0).all()
    assert (one.emergence.layer, one.emergence.low, one.emergence.high) == (layer, layer, layer)
    assert one.emergence.shares[layer] > 0.99


@pytest.mark.parametrize("name", ["own: colour", "own: shape", "own: coin", "class"])
def test_shuffled_answers_stay_within_their_interval_around_chance(found: Probes, name: str) -> None:
    one = probe(found, name)
    chance = 1 / len(one.values)
    for curves in (one.trained, one.twin, one.baselines):
        assert (curves.control.low < chance + 0.03).all()
        assert (curves.control.high > chance - 0.03).all()
        assert np.abs(curves.control.mean - chance).max() < 0.07


def test_what_no_layer_knows_emerges_nowhere(found: Probes) -> None:
    coin = probe(found, "own: coin")
    assert coin.emergence.layer == NOWHERE
    assert not coin.emergence.shares.any()
    assert coin.locality is not None
    assert coin.locality.enough == 0


def test_what_pixels_tell_linearly_is_in_the_baselines_and_no_more(found: Probes) -> None:
    assert probe(found, "own: colour").baselines.score.mean.min() > 0.9
    assert probe(found, "own: shape").baselines.score.mean[0] < 0.65
    assert probe(found, "brightness").baselines.score.mean[0] > 0.8


def test_one_neuron_is_enough_for_what_one_neuron_holds(found: Probes) -> None:
    shape, colour = probe(found, "own: shape").locality, probe(found, "own: colour").locality
    assert shape is not None
    assert colour is not None
    assert (shape.layer, shape.enough) == (1, 1)
    assert (colour.layer, colour.enough) == (0, 2)  # two of red, green and blue tell three colours apart
    assert colour.counts.tolist() == [1, 2, 4, 7]


def test_the_trained_network_beats_its_twin_only_by_what_it_was_wired_for(found: Probes) -> None:
    one = probe(found, "own: shape")
    assert one.gain.low[1] > 0.2
    np.testing.assert_allclose(one.gain.mean, one.trained.score.mean - one.twin.score.mean)


def test_neither_batches_nor_shards_nor_workers_change_anything(
    recipe: Path, context: Context, found: Probes
) -> None:
    other = opened(recipe, compute__batch_size="7", compute__shard="100")
    features: ProbeFeatures = computed(FEATURES, other)
    whole = context.record("probe_features", ProbeFeatures).sets["images"]
    for name, layer in features.sets["images"].layers.items():
        for field in dataclasses.fields(layer):
            expected = getattr(whole.layers[name], field.name)
            np.testing.assert_allclose(getattr(layer, field.name), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(features.sets["images"].pixels, whole.pixels)
    again: Probes = computed(PROBES, context, ComputeSection(workers=2, backend="threading"))
    for one, other_one in zip(found.probes, again.probes, strict=True):
        np.testing.assert_array_equal(one.trained.scores, other_one.trained.scores)
        np.testing.assert_array_equal(one.emergence.shares, other_one.emergence.shares)


def test_records_come_back_from_the_store(found: Probes, context: Context, tmp_path: Path) -> None:
    save_record(tmp_path / "probes", found)
    back = load_record(tmp_path / "probes", Probes)
    assert [one.name for one in back.probes] == [one.name for one in found.probes]
    np.testing.assert_array_equal(back.probes[0].trained.scores, found.probes[0].trained.scores)
    save_record(tmp_path / "features", context.record("probe_features", ProbeFeatures))
    assert load_record(tmp_path / "features", ProbeFeatures).sets["images"].pixels.shape == (480, 16)


def test_images_that_the_network_was_trained_on_are_not_probed(recipe: Path, tmp_path: Path) -> None:
    names = opened(recipe).images.ids
    listing = tmp_path / "trained.txt"
    listing.write_text("\n".join(names[:100]) + "\n", encoding="utf-8")
    chosen = probed_images(opened(recipe, probes__exclude=str(listing)))["images"]
    assert len(chosen) == len(names) - 100
    assert chosen.min() == 100


def test_a_sample_of_too_many_classes_keeps_some_of_them_whole(recipe: Path) -> None:
    context = opened(recipe, probes__images="40")
    labels = (np.arange(480) % 48).astype(np.int32)
    images = dataclasses.replace(context.images, labels=labels)
    chosen = probed_images(dataclasses.replace(context, images=images))["images"]
    assert len(np.unique(labels[chosen])) == 40 // PER_CLASS


def test_estimates_need_no_records(recipe: Path) -> None:
    context = opened(recipe)
    assert FEATURES.estimate(context).seconds > 0
    assert PROBES.estimate(context).seconds > 0


def test_a_superclass_of_an_unknown_class_is_refused(recipe: Path) -> None:
    with pytest.raises(ImagesError, match=r"must name classes of the images \(did you mean `even`\?\)"):
        opened(recipe, probes__superclasses='{number = ["evn"]}')
