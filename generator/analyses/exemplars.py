"""Exemplars: the chosen images as the network sees them, and the neurons' response maps to them."""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.analyses.exemplar_choice import EMPTY, Choice, ChosenImages, LayerChoice, choose
from generator.analyses.exemplar_look import Look, PairResponses, look_again
from generator.recipe_sections import ExemplarsSection
from generator.records import ExemplarGroup, Exemplars, Floats, Integers, LayerExemplars, LayerSurvey, Survey

IMAGES_A_TASK = 256
SAMPLE = 16  # images timed for an estimate

# Choices made in this process, while their survey lives: every task needs the whole choice.
_choices: dict[tuple[int, ExemplarsSection, int], Choice] = {}


@dataclass(frozen=True)
class ExemplarsTask:
    """Pictures and response maps of the chosen images [start, stop), by place in `Choice.images`."""

    start: int
    stop: int


class ExemplarsAnalysis(Analysis[ExemplarsTask, Look, Exemplars]):
    """Natural images over each neuron's whole range, with response maps."""

    name: ClassVar[str] = "exemplars"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "atlas"
    requires: ClassVar[tuple[str, ...]] = ("survey",)
    part_type: ClassVar[type] = Look
    record_type: ClassVar[type] = Exemplars

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the numbers of images and the neurons they are chosen for."""
        return {
            "settings": context.recipe.exemplars.model_dump(mode="json"),
            "neurons": {layer.name: list(layer.neurons) for layer in context.layers},
        }

    def tasks(self, context: Context) -> Sequence[ExemplarsTask]:
        """Return one task for each chunk of the different chosen images."""
        count = len(_choice(context).images)
        starts = range(0, count, IMAGES_A_TASK)
        return [ExemplarsTask(start, min(start + IMAGES_A_TASK, count)) for start in starts]

    def run(self, context: Context, task: ExemplarsTask) -> Look:
        """Show some of the chosen images to the network again, keeping pictures and maps."""
        choice = _choice(context)
        pairs = {name: layer.pairs for name, layer in choice.layers.items()}
        return look_again(context, choice.images[task.start : task.stop], pairs)

    def combine(self, context: Context, parts: Sequence[Look]) -> Exemplars:
        """Lay the responses out by neuron and rule."""
        choice = _choice(context)
        surveys = context.record("survey", Survey).layers
        images, shown = context.images, choice.images
        edges = np.linspace(1, 0, context.recipe.exemplars.strata + 1)
        return Exemplars(
            image_ids=tuple(images.ids[image] for image in shown),
            image_sha256=tuple(images.sha256[image] for image in shown),
            picture_files=tuple(file for part in parts for file in part.files),
            labels=images.labels[shown].astype(np.int32),
            pictures={name: data for part in parts for name, data in part.pictures.items()},
            layers={
                name: _lay_out(layer, surveys[name], [part.layers[name] for part in parts], shown, edges)
                for name, layer in choice.layers.items()
            },
        )

    def estimate(self, context: Context) -> Estimate:
        """Time a few images; every neuron's strongest and weakest may be different images."""
        settings, network = context.recipe.exemplars, context.network()
        neurons = sum(len(layer.neurons) for layer in context.layers)
        shared = max(settings.pool, settings.random)
        count = min(len(context.images), neurons * (settings.top + settings.bottom) + shared)
        sample = np.arange(min(SAMPLE, len(context.images)))
        nothing = np.empty((0, 2), dtype=np.int64)
        for images in (sample[:1], sample):  # the first to warm up
            start = time.perf_counter()
            part = look_again(context, images, {layer.name: nothing for layer in context.layers})
        seconds = (time.perf_counter() - start) * count / len(sample)
        entries = settings.top + settings.bottom + settings.strata * settings.per_stratum + settings.random
        maps = sum(len(layer.neurons) * layer.height * layer.width * 2 for layer in context.layers)
        picture = sum(map(len, part.pictures.values())) / len(part.pictures)
        work = f"at most {count} pictures of {network.preprocess.crop} pixels"
        return Estimate(work, seconds, int(count * picture + entries * maps))


def _choice(context: Context) -> Choice:
    survey = context.record("survey", Survey)
    settings, seed = context.recipe.exemplars, context.recipe.seed
    key = (id(survey), settings, seed)
    if key not in _choices:
        _choices[key] = choose(context.layers, survey.layers, settings, seed)
        weakref.finalize(survey, _choices.pop, key, None)
    return _choices[key]


def _lay_out(
    choice: LayerChoice,
    survey: LayerSurvey,
    parts: Sequence[PairResponses],
    shown: NDArray[np.int64],
    edges: Floats,
) -> LayerExemplars:
    """Turn a layer's pairs into (neurons, entries) groups."""
    responses = PairResponses(
        peak=np.concatenate([part.peak for part in parts]),
        position=np.concatenate([part.position for part in parts]),
        maps=np.concatenate([part.maps for part in parts]),
    )
    assert len(responses.peak) == len(choice.pairs), "parts must cover all pairs"
    top, bottom, strata, random = (
        _group(chosen, choice.place(chosen.images), responses, shown)
        for chosen in (choice.top, choice.bottom, choice.strata, choice.random)
    )
    return LayerExemplars(
        top=_as_surveyed(top, survey.top_peaks, survey.top_positions),
        bottom=_as_surveyed(bottom, survey.bottom_peaks, survey.bottom_positions),
        strata=strata,
        random=random,
        strata_edges=edges,
    )


def _group(
    chosen: ChosenImages, place: NDArray[np.intp], responses: PairResponses, shown: NDArray[np.int64]
) -> ExemplarGroup:
    empty = chosen.images == EMPTY
    maps = responses.maps[place]
    maps[empty] = np.nan
    return ExemplarGroup(
        picture=np.where(empty, EMPTY, np.searchsorted(shown, chosen.images)).astype(np.int32),
        peak=np.where(empty, np.float32(np.nan), responses.peak[place]),
        quantile=chosen.quantile,
        position=np.where(empty[..., None], EMPTY, responses.position[place]).astype(np.int32),
        maps=maps,
    )


def _as_surveyed(group: ExemplarGroup, peaks: Floats, positions: Integers) -> ExemplarGroup:
    """Replace peaks by those of the survey, from which they differ by rounding at most."""
    width = group.peak.shape[1]
    empty = group.picture == EMPTY
    peak, position = group.peak.copy(), group.position.copy()
    peak[:, : peaks.shape[1]] = peaks[:, :width]
    position[:, : positions.shape[1]] = positions[:, :width]
    peak[empty], position[empty] = np.nan, EMPTY
    return replace(group, peak=peak, position=position)
