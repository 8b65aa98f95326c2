"""Evidence adds up to the read-out, agrees with slow references, and lies where it was planted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import rankdata

from generator.activations.trace import tapped
from generator.analyses.answering import Answer
from generator.analyses.background_control import UNDEFINED
from generator.analyses.base import Context
from generator.analyses.contrast_halves import CONFIRMATION, half_of
from generator.analyses.evidence import SHOWN
from generator.analyses.evidence_maps import Reading, agreement, centre_of
from generator.analyses.grad_cam import grad_cam
from generator.inputs.batches import batches
from generator.records import Contrast, Evidence, Layer, MaskShare, PairEvidence, Readout
from generator.store.artifacts import load_record, save_record
from tests.analyses.planted_evidence import any_half, other_half, part, planted_context, record_of
from tests.planted_contrast import CAT, DOG, PLANTED

MASS = 0.9  # share of the evidence that has to lie on the planted part


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """The planted atlas, with masks of the planted parts."""
    return planted_context(tmp_path_factory.mktemp("planted"), part)


@pytest.fixture(scope="module")
def record(context: Context) -> Evidence:
    """Its evidence."""
    found: Evidence = record_of(context, "evidence")
    return found


@pytest.fixture(scope="module")
def pair(record: Evidence) -> PairEvidence:
    """The evidence of cat against dog."""
    (found,) = record.pairs
    return found


def contrast_of(context: Context) -> Contrast:
    contrast: Contrast = context.records["contrasts"].contrasts[0]
    return contrast


def shown_images(context: Context) -> np.ndarray:
    labels, seed = context.images.labels, context.recipe.seed
    return np.concatenate([half_of(labels, label, CONFIRMATION, seed)[:SHOWN] for label in (0, 1)])


def direct_maps(context: Context, layer: str, images: np.ndarray) -> np.ndarray:
    """Return a layer's activations (images, channels, height, width), one image after the other."""
    network, caught = context.network(), []
    with tapped(network.module, {layer: lambda output: caught.append(output.clone())}) as forward:
        for image in images.tolist():
            pixels = torch.from_numpy(network.preprocess.view(context.images.read(image)))[None]
            forward(network.preprocess.normalize(pixels))
    return torch.cat(caught).numpy()


def slow_evidence(maps: np.ndarray, weights: np.ndarray, centre: np.ndarray) -> np.ndarray:
    images, neurons, height, width = maps.shape
    found = np.zeros((images, height, width))
    for image in range(images):
        for row in range(height):
            for column in range(width):
                for neuron in range(neurons):
                    response = maps[image, neuron, row, column]
                    found[image, row, column] += weights[neuron] * (response - centre[neuron])
    return found


def test_evidence_is_the_sum_that_it_is_defined_as() -> None:
    random = np.random.default_rng(0)
    maps, weights, centre = random.normal(size=(3, 5, 4, 6)), random.normal(size=5), random.normal(size=5)
    weights[2] = 0
    reading = Reading(weights, 0.7, centre)
    found = reading.maps(maps)
    np.testing.assert_allclose(found, slow_evidence(maps, weights, centre), atol=1e-12)
    read = maps.mean(axis=(2, 3)) @ weights + 0.7
    np.testing.assert_allclose(reading.log_odds(found), read, atol=1e-12)


def test_the_centre_counts_both_classes_alike_however_many_images_they_have() -> None:
    means = np.array([[1.0], [1.0], [1.0], [5.0]])
    assert centre_of(means, np.array([True, True, True, False])).tolist() == [3.0]


def test_agreement_is_the_correlation_of_ranks() -> None:
    random = np.random.default_rng(1)
    first, second = random.integers(0, 5, (3, 4, 4)), random.normal(size=(3, 4, 4))
    first[2] = 3
    found = agreement(first, second)
    for image in range(2):
        ranks = [rankdata(maps[image].ravel()) for maps in (first, second)]
        assert found[image] == pytest.approx(np.corrcoef(ranks)[0, 1])
    assert np.isnan(found[2])


def test_maps_of_shown_images_are_those_of_a_direct_computation(context: Context, pair: PairEvidence) -> None:
    images = shown_images(context)
    assert pair.image_ids == tuple(context.images.ids[image] for image in images)
    assert pair.of_first.tolist() == [True] * SHOWN + [False] * SHOWN
    for name, layer in pair.layers.items():
        result = contrast_of(context).layers[name]
        maps = direct_maps(context, name, images)
        expected = slow_evidence(maps, result.weights, layer.centre)
        np.testing.assert_allclose(layer.evidence, expected, rtol=1e-4, atol=1e-3)
        read = maps.mean(axis=(2, 3)) @ result.weights + result.bias
        np.testing.assert_allclose(layer.evidence.mean(axis=(1, 2)) + layer.offset, read, atol=1e-3)
        np.testing.assert_allclose(layer.log_odds, read, atol=1e-3)


def test_mean_maps_are_means_of_the_held_out_images(context: Context, pair: PairEvidence) -> None:
    labels, seed = context.images.labels, context.recipe.seed
    for name, layer in pair.layers.items():
        result, survey = contrast_of(context).layers[name], context.records["survey"].layers[name]
        rows = [list(range(survey.means.shape[1])).index(channel) for channel in layer.neurons.tolist()]
        assert set(layer.neurons.tolist()) == {*CAT, *DOG}
        strength = np.abs(result.effect[0, rows])
        assert strength.tolist() == sorted(strength, reverse=True)
        for side, label in enumerate((0, 1)):
            images = half_of(labels, label, CONFIRMATION, seed)
            assert pair.averaged[side] == len(images)
            mean = direct_maps(context, name, images).mean(axis=0)
            np.testing.assert_allclose(layer.mean_neurons[side], mean[rows], rtol=2e-3, atol=1e-3)
            spread = np.where(survey.variance > 0, np.sqrt(survey.variance), 1)
            scaled = (mean - survey.mean[:, None, None]) / spread[:, None, None]
            np.testing.assert_allclose(layer.mean_layer[side], scaled.mean(axis=0), rtol=2e-3, atol=2e-3)
            evidence = slow_evidence(mean[None], result.weights, layer.centre)[0]
            np.testing.assert_allclose(layer.mean_evidence[side], evidence, rtol=2e-3, atol=0.02)


def test_grad_cam_is_that_of_its_definition(context: Context, pair: PairEvidence) -> None:
    network, images = context.network(), shown_images(context)
    (batch,) = batches(context.images, images, network.preprocess, len(images))
    inputs = network.preprocess.normalize(batch.pixels)
    for name, layer in pair.layers.items():
        caught: list[torch.Tensor] = []
        module = network.module.get_submodule(name)
        handle = module.register_forward_hook(lambda _m, _i, output, caught=caught: caught.append(output))
        logits = network.module(inputs.clone().requires_grad_())
        handle.remove()
        difference = logits[:, 0] - logits[:, 1]
        (gradient,) = torch.autograd.grad(difference.sum(), caught)
        weights = gradient.mean(dim=(2, 3), keepdim=True)
        expected = (weights * caught[0]).sum(dim=1).detach().numpy()
        np.testing.assert_allclose(layer.grad_cam, expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(pair.answer, difference.detach().numpy(), rtol=1e-4)


def test_grad_cam_lays_out_tokens_and_reads_a_fitted_answer_at_the_layer_itself() -> None:
    class Tokens(torch.nn.Module):
        """Six tokens behind a class token, three channels each, from the pixels of a 2 × 3 picture."""

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            patches = pixels.flatten(2).permute(0, 2, 1)
            return torch.cat([patches.mean(dim=1, keepdim=True), patches], dim=1)

    module = torch.nn.Sequential(Tokens(), torch.nn.Identity())
    layer = Layer("0", "Tokens", "tokens", "", 3, 2, 3, (0, 1, 2))
    weights = np.array([[1.0, 0, 2], [0, 3, 0]])
    nothing = np.zeros(0)
    readout = Readout(
        "fitted", "0", np.arange(2, dtype=np.int32), np.zeros(0, np.int32), weights, np.zeros(2),
        nothing.astype(np.int64), np.zeros((0, 2)), nothing.astype(np.int32), 4,
    )  # fmt: skip
    answer = Answer(readout, [layer], torch.device("cpu"))
    inputs = torch.rand(4, 3, 2, 3)
    network = type("Tokenized", (), {"module": module})()
    maps, difference = grad_cam(network, layer, answer, (0, 1), inputs)
    direction = torch.tensor([1.0, -3, 2])
    expected = torch.einsum("ichw,c->ihw", inputs, direction)
    np.testing.assert_allclose(maps, expected / 6, atol=1e-6)
    np.testing.assert_allclose(difference, expected.mean(dim=(1, 2)), atol=1e-5)


def test_the_evidence_lies_on_the_planted_part(pair: PairEvidence) -> None:
    assert set(pair.layers) == {name for name, planted in PLANTED.items() if planted}
    for layer in pair.layers.values():
        assert layer.control is not None
        assert layer.control.mass.share >= MASS
        assert (layer.control.own_share >= MASS).all()
        assert layer.control.difference.share >= MASS
        assert layer.control.mass.null[1] < 0.5
        assert layer.control.verdict == "object"
        assert (layer.agreement > 0.9).all()  # the wired answer reads the same neurons


@pytest.mark.parametrize(("masks", "verdict"), [(other_half, "background"), (any_half, "neither")])
def test_a_contrast_beside_the_object_is_not_said_to_live_on_it(
    tmp_path: Path, masks: object, verdict: str
) -> None:
    context = planted_context(tmp_path, masks)  # type: ignore[arg-type]
    (pair,) = record_of(context, "evidence").pairs
    assert pair.layers.keys() == {"patterns", "objects"}
    assert {layer.control.verdict for layer in pair.layers.values()} == {verdict}


def test_records_are_stored_whole(record: Evidence, tmp_path: Path) -> None:
    save_record(tmp_path / "evidence", record)
    loaded = load_record(tmp_path / "evidence", Evidence)
    assert loaded.pairs[0].image_ids == record.pairs[0].image_ids
    assert loaded.pairs[0].layers["objects"].control.verdict == "object"
    save_record(tmp_path / "undefined", UNDEFINED)
    assert np.isnan(load_record(tmp_path / "undefined", MaskShare).share)


def test_the_size_of_batches_changes_nothing(context: Context, pair: PairEvidence) -> None:
    compute = context.recipe.compute.model_copy(update={"batch_size": 7})
    smaller = replace(context, recipe=context.recipe.model_copy(update={"compute": compute}))
    (found,) = record_of(smaller, "evidence").pairs
    assert found.masked.ids == pair.masked.ids
    for name, layer in pair.layers.items():
        np.testing.assert_allclose(found.layers[name].mean_layer, layer.mean_layer, rtol=2e-3, atol=1e-3)
        np.testing.assert_allclose(found.layers[name].control.own_share, layer.control.own_share, rtol=1e-4)
        assert found.layers[name].control.verdict == layer.control.verdict


def test_without_masks_of_these_classes_nothing_is_said(context: Context) -> None:
    names = tuple(name.replace("dog", "wolf") for name in context.images.info.class_names)
    info = replace(context.images.info, class_names=names)
    for unknown in (
        replace(context, concepts=None),
        replace(context, images=replace(context.images, info=info)),
    ):
        (pair,) = record_of(unknown, "evidence").pairs
        assert pair.masked is None
        assert all(layer.control is None for layer in pair.layers.values())


def test_directions_are_measured_as_they_are_shown(context: Context) -> None:
    (found,) = record_of(context, "directions").pairs
    seeds, result = context.recipe.visualization.seeds, contrast_of(context).layers[found.layer]
    assert found.layer == "patterns"
    assert found.pictures.shape[:2] == found.log_odds.shape == (2, seeds)
    network = context.network()
    with tapped(network.module, {found.layer: (caught := []).append}) as forward, torch.no_grad():
        forward(network.preprocess.normalize(torch.from_numpy(found.pictures.reshape(-1, 40, 40, 3))))
    read = caught[0].mean(dim=(2, 3)).numpy() @ result.weights + result.bias
    np.testing.assert_allclose(found.log_odds.ravel(), read, atol=1e-4)
    everything = np.arange(len(context.images))
    natural = direct_maps(context, found.layer, everything).mean(axis=(2, 3)) @ result.weights + result.bias
    assert found.images == len(natural)
    np.testing.assert_allclose(found.natural, [natural.min(), natural.max()], rtol=2e-3, atol=2e-3)
    for side, label in enumerate((0, 1)):
        own = half_of(context.images.labels, label, CONFIRMATION, context.recipe.seed)
        assert found.classes[side] == pytest.approx(natural[own].mean(), rel=2e-3)


def test_without_confirmed_neurons_there_is_no_direction_and_no_evidence(context: Context) -> None:
    contrast = contrast_of(context)
    layers = {
        name: replace(layer, confirmed=np.zeros_like(layer.confirmed))
        for name, layer in contrast.layers.items()
    }
    contrasts = replace(context.records["contrasts"], contrasts=(replace(contrast, layers=layers),))
    unknown = replace(context, records={**context.records, "contrasts": contrasts})
    (direction,) = record_of(unknown, "directions").pairs
    (pair,) = record_of(unknown, "evidence").pairs
    assert direction.layer == ""
    assert not direction.log_odds.size
    assert not pair.layers
    assert len(pair.answer) == 2 * SHOWN
