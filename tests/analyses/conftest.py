"""Slow, obvious summaries of activations held in memory, as the survey leaves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from generator.activations import sketch
from generator.analyses.base import Context
from generator.inputs.images import ImageSet
from generator.inputs.readers import Reader
from generator.recipe import ImagesSection, NetworkSection, Recipe
from generator.records import ImagesInfo, Layer, LayerSurvey

SurveyOf = Callable[..., LayerSurvey]
RecordsContext = Callable[..., Context]


def slow_survey(
    maps: np.ndarray, labels: np.ndarray | None = None, classes: int = 0, kept: int = 9
) -> LayerSurvey:
    """Summarize response maps (images, neurons, height, width) float32 without streaming anything."""
    images, neurons, height, width = maps.shape
    labels = np.full(images, -1, np.int32) if labels is None else labels
    flat = maps.transpose(1, 0, 2, 3).reshape(neurons, -1)
    peaks = maps.max(axis=(2, 3))
    means = maps.mean(axis=(2, 3))
    responses = np.maximum(maps, 0).mean(axis=(2, 3)).astype(np.float64)
    places = maps.reshape(images, neurons, -1).argmax(axis=2)
    positions = np.stack(np.unravel_index(places, (height, width)), axis=-1).astype(np.int32)
    top = np.stack([np.argsort(-column, kind="stable")[:kept] for column in peaks.T])
    bottom = np.stack([np.argsort(column, kind="stable")[:kept] for column in peaks.T])
    rows = np.arange(neurons)[:, None]
    members = np.stack([labels == label for label in range(classes)], axis=1) if classes else None
    nothing = np.zeros((neurons, 0))
    return LayerSurvey(
        positions=flat.shape[1],
        images=images,
        mean=flat.mean(axis=1, dtype=np.float64),
        variance=flat.var(axis=1, dtype=np.float64),
        minimum=flat.min(axis=1),
        maximum=flat.max(axis=1),
        zeros=(flat == 0).sum(axis=1),
        sketch=sketch.count(torch.from_numpy(np.ascontiguousarray(flat))).numpy(),
        response_sum=responses.sum(axis=0),
        response_squares=(responses**2).sum(axis=0),
        class_counts=np.zeros(0, np.int64) if members is None else members.sum(axis=0),
        class_peak_sum=nothing if members is None else peaks.T.astype(np.float64) @ members,
        class_response_sum=nothing if members is None else responses.T @ members,
        top_images=top,
        top_peaks=peaks[top, rows],
        top_positions=positions[top, rows],
        bottom_images=bottom,
        bottom_peaks=peaks[bottom, rows],
        bottom_positions=positions[bottom, rows],
        strongest_mean=means.max(axis=0),
        first_image=0,
        peaks=peaks.astype(np.float16),
        means=means.astype(np.float16),
    )


@pytest.fixture(scope="session")
def survey_of() -> SurveyOf:
    """The slow survey of response maps."""
    return slow_survey


class _NoReader:
    """Stands for the contents of images that a test never looks at."""

    def content(self, position: int) -> bytes:
        raise AssertionError(f"image {position} must not be read")

    def picture(self, content: bytes) -> Image.Image:
        raise AssertionError(f"{len(content)} bytes must not be decoded")

    def check(self, content: bytes) -> None:
        raise AssertionError(f"{len(content)} bytes must not be checked")


def context_without_pictures(
    layers: Sequence[Layer], labels: np.ndarray, classes: int, records: Mapping[str, Any]
) -> Context:
    """Make a context for an analysis of records, whose network and pictures nobody may touch."""
    recipe = Recipe(
        name="records",
        title="Records",
        network=NetworkSection(model="nothing:here"),
        images=ImagesSection(source="folder"),
    )
    names = tuple(f"class {label}" for label in range(classes))
    counts = tuple(int((labels == label).sum()) for label in range(classes))
    info = ImagesInfo("none", "folder", "", len(labels), "0" * 64, names, counts, (), "", "")
    ids = tuple(f"{index:05d}.png" for index in range(len(labels)))
    reader: Reader = _NoReader()
    images = ImageSet(ids, labels, ("0" * 64,) * len(ids), info, reader, np.arange(len(ids)))
    return Context(recipe, "cpu", tuple(layers), images, records)


@pytest.fixture(scope="session")
def records_context() -> RecordsContext:
    """A context of layers, labels and required records alone."""
    return context_without_pictures
