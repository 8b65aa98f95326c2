"""The sections of a recipe that say what is measured, one an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(ge=1)]
Precision = Literal["float32", "bfloat16"]
FEWEST_CONCEPT_IMAGES = 40


class Section(BaseModel):
    """A part of a recipe: immutable, strict, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values, or raise where one stands twice."""
    if len(set(values)) != len(values):
        raise ValueError("must not name anything twice")
    return values


class StatisticsSection(Section):
    """Statistics: bins of the shown histograms and bootstrap resamples for intervals."""

    bins: Annotated[int, Field(ge=8, le=512)] = 48
    bootstrap: Annotated[int, Field(ge=20, le=10_000)] = 200


class ExemplarsSection(Section):
    """Exemplars: how many images of each kind; strata are drawn from `pool` random images."""

    top: Annotated[int, Field(ge=1, le=64)] = 9
    bottom: Annotated[int, Field(ge=1, le=64)] = 5
    strata: Annotated[int, Field(ge=1, le=20)] = 5
    per_stratum: Annotated[int, Field(ge=1, le=20)] = 3
    random: Annotated[int, Field(ge=1, le=64)] = 9
    pool: Annotated[int, Field(ge=10)] = 1000


class VisualizationSection(Section):
    """Feature visualization: pixels a side (default: the network's input size), steps, step size.

    Each neuron gets a picture from each of `seeds` random starts; where wanted also `facets` that
    are pushed apart (2 or more), one that suppresses it (`negative`), one with magnitudes like natural
    images' (`constrained`), one by plain activation maximization (`plain`) and one by the same that starts
    from `start_image`. With `groups`, each kind of image that excites a neuron of several kinds gets a
    picture of its own. `transparent` adds a mask of where a picture mattered. `batch` neurons are
    optimized together (default: 24 on a processor, 192 on an accelerator), fewer where memory is
    short. `precision` is that of the network during the optimization; all that is reported is
    measured in float32.
    The first `twin` neurons of each layer are visualized in the randomly initialized twin too; 0
    leaves it out.
    """

    size: Annotated[int, Field(ge=16, le=1024)] | None = None
    steps: Annotated[int, Field(ge=8, le=10_000)] = 180
    learning_rate: Annotated[float, Field(gt=0, le=10)] = 0.5
    batch: Positive | None = None
    precision: Precision = "float32"
    seeds: Annotated[int, Field(ge=1, le=9)] = 3
    facets: Annotated[int, Field(ge=0, le=9)] = 0
    negative: bool = True
    constrained: bool = False
    plain: bool = True
    start_image: str = ""
    groups: bool = True
    transparent: bool = False
    twin: Annotated[int, Field(ge=0)] = 8


def _disjoint(superclasses: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    unique(tuple(name for names in superclasses.values() for name in names))
    return superclasses


class ProbesSection(Section):
    """Linear probes: how many images of each kind, dimensions of the features, splits into halves.

    `superclasses` sorts the classes of the images into groups. `labels` is a CSV file of answers of
    the user's own: a column `image` of image ids, and a column for each task. `exclude` is a text file
    of the ids of images that the network was trained on, one a line: these are not probed.
    """

    enabled: bool = True
    images: Annotated[int, Field(ge=FEWEST_CONCEPT_IMAGES)] = 2000
    dimensions: Annotated[int, Field(ge=8, le=4096)] = 256
    splits: Annotated[int, Field(ge=5, le=100)] = 5
    superclasses: Annotated[Mapping[str, tuple[str, ...]], AfterValidator(_disjoint)] = {}
    labels: str = ""
    exclude: str = ""


class ExplorerSection(Section):
    """The page that runs the network in the reader's browser, on an image of the reader's own.

    `megabytes` is how large its weights may be there (10^6 bytes, in half precision); the page of a
    larger network says so instead.
    """

    enabled: bool = True
    megabytes: Positive = 120


class PatternsSection(Section):
    """Activation patterns: of how many images drawn at random, as many of each class as can be.

    `images` names further ones by id. For each image and layer the `strongest` neurons are shown.
    """

    drawn: Annotated[int, Field(ge=0, le=500)] = 16
    images: Annotated[tuple[str, ...], AfterValidator(unique)] = ()
    strongest: Annotated[int, Field(ge=1, le=20)] = 4


class AttributionSection(Section):
    """Which part of a neuron's strongest images its peak comes from, by several methods.

    Of each layer the first `neurons`, on the strongest `exemplars` of each (at most `exemplars.top`).
    `baseline` is what stands for nothing: the `mean` colour, or the picture `blurred`. Insertion and deletion
    go in `steps`; integrated gradients take `integration` points.
    """

    enabled: bool = True
    neurons: Positive = 24
    exemplars: Annotated[int, Field(ge=1, le=64)] = 1
    baseline: Literal["mean", "blurred"] = "mean"
    steps: Annotated[int, Field(ge=4, le=64)] = 8
    integration: Annotated[int, Field(ge=2, le=500)] = 16


def _pairs(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    for first, second in pairs:
        if first == second:
            raise ValueError(f"must name two different classes, got `{first}` twice")
    if len({frozenset(pair) for pair in pairs}) < len(pairs):
        raise ValueError("must not name a pair twice, in either order")
    return pairs


class ContrastsSection(Section):
    """Class contrasts: which pairs of classes, and how surely their neurons are found.

    `pairs` names classes of the images; without any it is cat and dog where both are there, else the
    pair that the network confuses most. `rate` is the share of false discoveries that is allowed,
    `shuffles` the number of times that the labels are shuffled. Up to `images` of each class and half are
    shown to the network again for its answer.
    """

    enabled: bool = True
    pairs: Annotated[tuple[tuple[str, str], ...], AfterValidator(_pairs)] = ()
    rate: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    shuffles: Annotated[int, Field(ge=19, le=10_000)] = 200
    images: Annotated[int, Field(ge=10)] = 100


class AblationSection(Section):
    """Ablation: what the network loses without the neurons of a contrast, and without single neurons.

    Confirmed neurons are taken away on up to `images` held-out images of each of the two classes, and
    compared with `draws` draws of other neurons of the layer, at random and of like mean activation. Single
    neurons of the last two stages are tried on `single_images` held-out images of each class.
    """

    enabled: bool = True
    images: Annotated[int, Field(ge=10)] = 100
    draws: Annotated[int, Field(ge=2, le=1000)] = 10
    single_images: Annotated[int, Field(ge=5)] = 20
