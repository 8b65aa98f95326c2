"""What is measured on images: survey, statistics, exemplars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.records.arrays import Booleans, Floats, Integers


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
