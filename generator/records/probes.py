"""What linear probes read from each layer: features, curves over depth, emergence, locality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.records.arrays import Booleans, Floats, Integers

ProbeKind = Literal["classes", "number", "angle"]
"""What is predicted: one of several answers (accuracy), a number or an angle (R²)."""

ProbeImages = Literal["concepts", "images"]
"""Which images are probed: the concept images, or the atlas's own."""

Pooling = Literal["mean", "grid"]
"""What is kept of a response map: its mean, or the means of its four quarters."""

BASELINES = ("pixels", "colours")
"""Features that no network has seen: small pictures, colour histograms."""

NOWHERE = -1
"""Emergence of a task that no layer gives away."""


@dataclass(frozen=True)
class LayerProbeFeatures:
    """What is kept of a layer for every probed image (N): `d` projected features, or all its neurons (s).

    `grid` arrays have no columns where no task needs them.
    """

    mean: Floats  # (N, d) float32
    grid: Floats  # (N, d) float32
    twin_mean: Floats  # (N, d) float32, of the randomly initialized twin
    twin_grid: Floats  # (N, d) float32
    pooled: Floats  # (N, s) float32, mean response of every neuron of the layer, shown or not


@dataclass(frozen=True)
class ProbeSet:
    """Features of the probed images (N) of one kind, and what their pixels or masks say of them.

    `present` has one column for each concept (none for the atlas's own images), `attributes` one for
    each attribute measured from pixels (none for concept images); NaN where it is not defined.
    """

    indices: Integers  # (N,) int64, positions in the image set
    pixels: Floats  # (N, d) float32
    colours: Floats  # (N, d) float32
    present: Booleans  # (N, c)
    attributes: Floats  # (N, a) float64
    layers: Mapping[str, LayerProbeFeatures]


@dataclass(frozen=True)
class ProbeFeatures:
    """All that probes are fitted on; `sets` are by `ProbeImages`."""

    sets: Mapping[str, ProbeSet]


@dataclass(frozen=True)
class Curve:
    """A score with its 95% interval over the splits, one entry a layer (or a baseline, or a count)."""

    mean: Floats  # (l,) float64
    low: Floats  # (l,) float64
    high: Floats  # (l,) float64


@dataclass(frozen=True)
class ProbeCurves:
    """Scores of the probes on one kind of features: accuracy, or R².

    `control` are those with shuffled answers, `selectivity` the score less its control, or less the score
    without features where that is higher.
    """

    score: Curve
    control: Curve
    selectivity: Curve
    scores: Floats  # (l, splits) float64
    controls: Floats  # (l, splits) float64
    strengths: Floats  # (l, splits) float64, L2 strength that cross-validation chose: C, or Ridge's alpha


@dataclass(frozen=True)
class Emergence:
    """The first layer that reaches 90% of a task's best selectivity; indices of layers.

    `low` and `high` span 95% of the resamples of the test images, `shares` is how often each layer was
    the first. All are `NOWHERE` (and 0) where the best selectivity's interval is not above 0.
    """

    layer: int
    low: int
    high: int
    shares: Floats  # (l,) float64


@dataclass(frozen=True)
class Locality:
    """Scores with only the k best neurons of a layer, found on the training half; k entries.

    `layer` is that of the best selectivity. `enough` is the fewest neurons that reach 90% of the
    selectivity that most of them have; 0 where there is none.
    """

    layer: int
    counts: Integers  # (k,) int64
    curves: ProbeCurves
    enough: int


@dataclass(frozen=True)
class Probe:
    """All that probes of one task gave.

    `values` are the answers (empty for numbers and angles) and `counts` the images of each. `majority`
    is the score without features: of the most frequent answer, or of the mean. `gain` is the trained
    network's score less its twin's. `cut_short` counts the fits that stopped before they converged.
    """

    name: str
    meaning: str
    images: ProbeImages
    kind: ProbeKind
    pooling: Pooling
    values: tuple[str, ...]
    counts: tuple[int, ...]
    training: int
    testing: int
    trained: ProbeCurves
    twin: ProbeCurves
    baselines: ProbeCurves
    majority: Curve
    gain: Curve
    emergence: Emergence
    locality: Locality | None
    fits: int
    cut_short: int


@dataclass(frozen=True)
class UnprobedTask:
    """A task that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Probes:
    """The probes of an atlas; `layers` names the entries of every curve over depth."""

    layers: tuple[str, ...]
    dimensions: int
    splits: int
    resamples: int
    excluded: int
    probes: tuple[Probe, ...]
    unprobed: tuple[UnprobedTask, ...]
