"""Frozen results and identities: what analyses return, the store keeps and pages show (numpy only)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from generator.errors import LayerError

Floats = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]
Booleans = NDArray[np.bool_]
Bytes8 = NDArray[np.uint8]
Wanted = TypeVar("Wanted")

LayerKind = Literal["convolution", "linear", "tokens"]

_NEURON_ID = re.compile(r"(?P<atlas>[a-z0-9][a-z0-9-]*)/(?P<layer>[^/]+)/(?P<channel>\d+)")


@dataclass(frozen=True, order=True)
class NeuronId:
    """A neuron's one name, `ATLAS/LAYER/CHANNEL`: the same in URL, file, JSON and citation."""

    atlas: str
    layer: str
    channel: int

    def __str__(self) -> str:
        return f"{self.atlas}/{self.layer}/{self.channel}"

    @classmethod
    def parse(cls, text: str) -> NeuronId:
        """Read `ATLAS/LAYER/CHANNEL`.

        Raises:
            LayerError: `text` has another form.
        """
        match = _NEURON_ID.fullmatch(text)
        if match is None:
            raise LayerError(
                f"neuron must be written ATLAS/LAYER/CHANNEL, got `{text}`; "
                "for example `resnet18-cifar10/layer3.1/42`",
                wanted=text,
            )
        return cls(match["atlas"], match["layer"], int(match["channel"]))


@dataclass(frozen=True)
class Layer:
    """A tapped layer: where it is, what its output looks like, and which neurons are chosen.

    `activation` says what was applied last: `ReLU`, `GELU`, ... or an empty string for a linear
    output. `height` and `width` are those of a response map (1 × 1 for linear layers). `neurons`
    holds the chosen channels in the order in which the rule drew them; `size` counts all of them.
    """

    name: str
    module: str
    kind: LayerKind
    activation: str
    size: int
    height: int
    width: int
    neurons: tuple[int, ...]


@dataclass(frozen=True)
class NetworkInfo:
    """What is known of a network: identity, preprocessing (pixels, RGB, 0 to 1), class names.

    `sha256` is that of the weights (names, shapes, types and bytes of all tensors in the state
    dict), `code_sha256` that of the structure and of a factory's source file. `trained_on` is as the recipe or the weights state it; empty when unknown.
    """

    model: str
    weights: str
    sha256: str
    parameters: int
    resize: int
    crop: int
    interpolation: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    class_names: tuple[str, ...]
    trained_on: str
    code_sha256: str = ""


@dataclass(frozen=True)
class Skipped:
    """An image file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class ImagesInfo:
    """What is known of an image set; `sha256` covers the ids, labels and contents of all images.

    `class_counts` has one entry for a class (images); both are empty for unlabelled images.
    """

    name: str
    source: str
    split: str
    count: int
    sha256: str
    class_names: tuple[str, ...]
    class_counts: tuple[int, ...]
    skipped: tuple[Skipped, ...]
    licence: str
    citation: str


@dataclass(frozen=True)
class Subject:
    """What an atlas is about: its name, network, images and layers."""

    atlas: str
    title: str
    description: str
    seed: int
    recipe_toml: str
    recipe_sha256: str
    neuron_rule: str
    network: NetworkInfo
    images: ImagesInfo
    layers: tuple[Layer, ...]

    def layer(self, name: str) -> Layer:
        """Return the layer called `name`.

        Raises:
            LayerError: The atlas has no such layer.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        names = ", ".join(layer.name for layer in self.layers)
        raise LayerError(
            f"atlas `{self.atlas}` has no layer `{name}`; its layers are {names}",
            wanted=name,
            valid=[layer.name for layer in self.layers],
        )


@dataclass(frozen=True)
class Provenance:
    """Where an atlas's records come from: package versions, device, and each record's key.

    A key is the hash of everything its record depends on (analysis version, settings, network,
    images, required records); it names the record's folder in the store.
    """

    versions: Mapping[str, str]
    device: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class AtlasRecords:
    """Everything the pages of one atlas are made from; `records` by analysis name."""

    subject: Subject
    provenance: Provenance
    records: Mapping[str, Any]

    def get(self, name: str, kind: type[Wanted]) -> Wanted | None:
        """Return the record of an analysis, or None when the atlas was built without it."""
        record = self.records.get(name)
        assert record is None or isinstance(record, kind), f"record `{name}` is not a {kind}"
        return record


@dataclass(frozen=True)
class LayerSurvey:
    """What one pass over the images left of a layer; axes: neurons (n), images (N), classes (c).

    All moments are over every position of every image (`positions` in all). `sketch` counts
    activations in the logarithmic bins of `generator.activations.sketch`. `top_*` and
    `bottom_*` are ordered from the strongest (weakest) peak on, ties by image index; positions
    are (row, column) of the peak in the response map. `peaks` and `means` are the pooled
    responses of every image, float16 clipped to its finite range.
    """

    positions: int
    images: int
    mean: Floats  # (n,) float64
    variance: Floats  # (n,) float64, population variance
    minimum: Floats  # (n,) float32
    maximum: Floats  # (n,) float32
    zeros: Integers  # (n,) int64, exact zeros
    sketch: Integers  # (n, bins) int64
    response_sum: Floats  # (n,) float64, sum over images of the rectified mean response
    response_squares: Floats  # (n,) float64, sum over images of its square
    class_counts: Integers  # (c,) int64, images
    class_peak_sum: Floats  # (n, c) float64
    class_response_sum: Floats  # (n, c) float64, sums of the rectified mean response
    top_images: Integers  # (n, k) int64, image index
    top_peaks: Floats  # (n, k) float32
    top_positions: Integers  # (n, k, 2) int32
    bottom_images: Integers  # (n, k) int64
    bottom_peaks: Floats  # (n, k) float32
    bottom_positions: Integers  # (n, k, 2) int32
    strongest_mean: Floats  # (n,) float32, largest mean response of an image
    first_image: int  # index of the first row of `peaks` and `means`
    peaks: Floats  # (N, n) float16
    means: Floats  # (N, n) float16


@dataclass(frozen=True)
class Survey:
    """The streamed pass over all images, by layer name."""

    layers: Mapping[str, LayerSurvey]


@dataclass(frozen=True)
class LayerStatistics:
    """Activation statistics of a layer; rows are its chosen neurons (n); c classes, q levels.

    Class arrays have no columns for unlabelled images; NaN where a class has no image.
    """

    mean: Floats  # (n,) float32
    std: Floats  # (n,) float32
    minimum: Floats  # (n,) float32
    maximum: Floats  # (n,) float32
    zero_fraction: Floats  # (n,) float32, share of activations exactly 0
    threshold: Floats  # (n,) float32, the top 0.5% quantile of activations (Bau et al. 2017)
    quantile_levels: Floats  # (q,) float64, between 0 and 1
    quantiles: Floats  # (n, q) float32, of activations at all positions
    peak_quantiles: Floats  # (n, q) float32, of the peaks of images
    sparseness: Floats  # (n,) float32, Treves-Rolls over images; NaN for a silent neuron
    dead: Booleans  # (n,), no activation above zero (rectified) or no variance at all
    histogram_edges: Floats  # (n, bins + 1) float32
    histogram_counts: Integers  # (n, bins) int64, activations at all positions
    selectivity: Floats  # (n,) float32, Morcos et al. 2018; NaN when undefined
    class_means: Floats  # (n, c) float32, mean peak of a class's images
    class_auc: Floats  # (n, c) float32, class against rest from the peak
    class_auc_low: Floats  # (n, c) float32, 95% bootstrap interval
    class_auc_high: Floats  # (n, c) float32


@dataclass(frozen=True)
class Statistics:
    """Activation statistics by layer name."""

    layers: Mapping[str, LayerStatistics]


@dataclass(frozen=True)
class ExemplarGroup:
    """Images shown for every neuron of a layer under one rule; (n, k) entries.

    `picture` indexes `Exemplars.image_ids`. `maps` are response maps; `position` is the peak's
    (row, column) in the map. An entry with `picture` -1 is empty (fewer images than wanted).
    """

    picture: Integers  # (n, k) int32
    peak: Floats  # (n, k) float32
    quantile: Floats  # (n, k) float32, share of images with a smaller peak, 0 to 1
    position: Integers  # (n, k, 2) int32
    maps: Floats  # (n, k, height, width) float16


@dataclass(frozen=True)
class LayerExemplars:
    """Exemplars of a layer: strongest, weakest, drawn from quantile strata, drawn at random.

    `strata` holds `per_stratum` images for each stratum, strongest stratum first; `random` is
    the same draw of images for every neuron of the atlas.
    """

    top: ExemplarGroup
    bottom: ExemplarGroup
    strata: ExemplarGroup
    random: ExemplarGroup
    strata_edges: Floats  # (strata + 1,) float64, quantiles of the peak, descending from 1


@dataclass(frozen=True)
class Exemplars:
    """Exemplars by layer name, and the pictures they show (the network's own view of an image).

    `pictures` maps a file name (`HASH.webp`, crop × crop pixels) to its bytes; `picture_files`
    names the file of every entry of `image_ids`; `labels` is -1 for an unlabelled image.
    """

    image_ids: tuple[str, ...]
    image_sha256: tuple[str, ...]
    picture_files: tuple[str, ...]
    labels: Integers  # (pictures,) int32
    pictures: Mapping[str, bytes]
    layers: Mapping[str, LayerExemplars]


@dataclass(frozen=True)
class LayerReceptiveFields:
    """The input pixels that a response map's rows and columns can see, [start, stop)."""

    rows: Integers  # (height, 2) int32
    columns: Integers  # (width, 2) int32


@dataclass(frozen=True)
class ReceptiveFields:
    """Receptive fields by layer name."""

    layers: Mapping[str, LayerReceptiveFields]


@dataclass(frozen=True)
class LayerVisualizations:
    """Feature visualizations of a layer's chosen neurons (n), each optimized from one seed.

    Activations are those of the finished picture, measured without transforms.
    `random_mean` and `random_peak` are the strongest among random pictures of the same size
    from the same start distribution. `history` holds the mean response at `history_steps`.
    """

    neurons: Integers  # (n,) int32
    pictures: Bytes8  # (n, size, size, 3), RGB
    mean_response: Floats  # (n,) float32
    peak: Floats  # (n,) float32
    random_mean: Floats  # (n,) float32
    random_peak: Floats  # (n,) float32
    history_steps: Integers  # (h,) int32
    history: Floats  # (n, h) float32
    steps_run: Integers  # (n,) int32


@dataclass(frozen=True)
class Visualizations:
    """Feature visualizations by layer name."""

    layers: Mapping[str, LayerVisualizations]


@dataclass(frozen=True)
class LayerReliability:
    """Measured reasons to trust or distrust the pictures of a layer's neurons (n).

    Ratios divide the visualization's activation by that of the strongest natural image; NaN
    where the natural maximum is not positive.
    """

    mean_ratio: Floats  # (n,) float32, mean response
    peak_ratio: Floats  # (n,) float32, peak
    beats_random: Booleans  # (n,), mean response above every random picture's


@dataclass(frozen=True)
class Reliability:
    """Reliability by layer name."""

    layers: Mapping[str, LayerReliability]


@dataclass(frozen=True)
class Filters:
    """Weights of the network's first convolution, empty when it has none."""

    layer: str
    weights: Floats  # (filters, channels, height, width) float32
