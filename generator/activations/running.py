"""Running summaries of one layer's activations: batches in, a mergeable `LayerSurvey` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.activations import sketch
from generator.activations.extremes import Ranked, RunningExtremes, merge_ranked
from generator.errors import NetworkError
from generator.records import Floats, Integers, Layer, LayerSurvey

FLOAT16 = np.finfo(np.float16)
CACHED = 1 << 19  # activations reduced together on a CPU: 2 MiB, which stay in its cache


@dataclass(frozen=True)
class _Measured:
    """What one batch's response maps come down to; arrays (images, neurons) float32."""

    peaks: NDArray[np.float32]
    lows: NDArray[np.float32]
    means: NDArray[np.float32]
    responses: NDArray[np.float32]  # rectified mean responses
    offsets: NDArray[np.float32]  # mean of the map less the shift
    norms: NDArray[np.float32]  # Euclidean norm of the map less the shift
    nonzero: NDArray[np.float32]  # positions; exact up to 2^24 of them


class RunningSurvey:
    """Summarizes the response maps of one layer's chosen neurons, batch by batch.

    Memory does not grow with the number of images, pooled responses aside. Sums of squares are
    taken about a shift (each neuron's mean in the first batch), which keeps them from cancelling.

    Args:
        layer: The layer, with its chosen neurons.
        kept: How many of the strongest and of the weakest images to keep.
        classes: Number of classes; labels are below it, -1 for an unlabelled image.

    Source:
        Chan, Golub & LeVeque 1983, "Algorithms for Computing the Sample Variance" (shifted data,
        pairwise merge).
    """

    def __init__(self, layer: Layer, kept: int, classes: int) -> None:
        neurons = len(layer.neurons)
        self.layer = layer
        self.images = 0
        self.first_image = 0
        self.shift: NDArray[np.float32] = np.zeros(neurons, np.float32)
        self.sums = np.zeros((5, neurons))  # of: offset, squared norm, nonzero, response, squared response
        self.minimum = np.full(neurons, np.inf, np.float32)
        self.maximum = np.full(neurons, -np.inf, np.float32)
        self.strongest_mean = np.full(neurons, -np.inf, np.float32)
        self.counts: Tensor | None = None
        self.class_counts = np.zeros(classes, np.int64)
        self.class_sums = np.zeros((2, neurons, classes))  # of: peak, response
        self.top = RunningExtremes(neurons, kept, "top")
        self.bottom = RunningExtremes(neurons, kept, "bottom")
        self.pooled: tuple[list[Floats], list[Floats]] = ([], [])

    def add(self, maps: Tensor, images: Integers, labels: Integers) -> None:
        """Take a batch into account.

        Args:
            maps: Response maps (images, neurons, height, width), float32, of the chosen neurons.
            images: Image indices (images,), following on those of the batch before.
            labels: Class labels (images,), -1 for an unlabelled image.

        Raises:
            NetworkError: An activation is not finite.
        """
        flat = maps.flatten(2).contiguous()
        if self.counts is None:
            self.first_image = int(images[0])
            self.counts = torch.zeros(flat.shape[1], sketch.BINS, dtype=torch.int64, device=flat.device)
            self.shift = flat.mean(dim=(0, 2)).cpu().numpy()
        assert images[0] == self.first_image + self.images, "batches must follow on each other"
        measured = self._measure(flat)
        self._accumulate(measured, labels)
        width = maps.shape[3]

        def locate(image_rows: NDArray[np.intp], neurons: NDArray[np.intp]) -> Integers:
            chosen = flat[torch.from_numpy(image_rows), torch.from_numpy(neurons)]
            place = chosen.argmax(dim=1).cpu().numpy()
            return np.stack(np.divmod(place, width), axis=1).astype(np.int32)

        self.top.add(images, measured.peaks, locate)
        self.bottom.add(images, measured.peaks, locate)
        for rows, values in zip(self.pooled, (measured.peaks, measured.means), strict=True):
            rows.append(np.clip(values, FLOAT16.min, FLOAT16.max).astype(np.float16))
        self.images += len(images)

    def result(self) -> LayerSurvey:
        """Return the summary of all batches so far, of which there must be one at least."""
        assert self.counts is not None, "a survey needs images"
        area = self.layer.height * self.layer.width
        positions = self.images * area
        offset_sum, squares, nonzero, response_sum, response_squares = self.sums
        offset = offset_sum / self.images
        constant = self.minimum == self.maximum
        variance = np.where(constant, 0.0, np.maximum(squares / positions - offset**2, 0.0))
        top, bottom = self.top.result(), self.bottom.result()
        return LayerSurvey(
            positions=positions,
            images=self.images,
            mean=np.where(constant, self.minimum, self.shift + offset),
            variance=variance,
            minimum=self.minimum,
            maximum=self.maximum,
            zeros=positions - nonzero.astype(np.int64),
            sketch=self.counts.cpu().numpy(),
            response_sum=response_sum,
            response_squares=response_squares,
            class_counts=self.class_counts,
            class_peak_sum=self.class_sums[0],
            class_response_sum=self.class_sums[1],
            top_images=top.images,
            top_peaks=top.peaks,
            top_positions=top.positions,
            bottom_images=bottom.images,
            bottom_peaks=bottom.peaks,
            bottom_positions=bottom.positions,
            strongest_mean=self.strongest_mean,
            first_image=self.first_image,
            peaks=np.concatenate(self.pooled[0]),
            means=np.concatenate(self.pooled[1]),
        )

    def _measure(self, flat: Tensor) -> _Measured:
        """Reduce maps (images, neurons, positions) and count them in the sketch."""
        assert self.counts is not None, "made with the first batch"
        images = max(CACHED // flat[0].numel(), 1) if flat.device.type == "cpu" else len(flat)
        shift = torch.from_numpy(self.shift).to(flat.device)
        reduced = []
        for part in torch.split(flat, images):
            peaks, lows = part.amax(dim=2), part.amin(dim=2)
            if not bool((peaks - lows).isfinite().all()):
                raise NetworkError(
                    f"activations of layer `{self.layer.name}` must be finite, got NaN or infinity; "
                    "check the network's weights and its preprocessing"
                )
            rectified = bool((lows >= 0).all())
            reduced.append(_reduce(part, peaks, lows, shift, rectified))
            sketch.tally(self.counts, part, rectified=rectified)
        return _Measured(*torch.cat(reduced, dim=1).cpu().numpy())

    def _accumulate(self, measured: _Measured, labels: Integers) -> None:
        responses = measured.responses.astype(np.float64)
        self.sums[0] += measured.offsets.sum(axis=0, dtype=np.float64)
        self.sums[1] += np.square(measured.norms, dtype=np.float64).sum(axis=0)
        self.sums[2] += measured.nonzero.sum(axis=0, dtype=np.float64)
        self.sums[3] += responses.sum(axis=0)
        self.sums[4] += np.square(responses).sum(axis=0)
        self.minimum = np.minimum(self.minimum, measured.lows.min(axis=0))
        self.maximum = np.maximum(self.maximum, measured.peaks.max(axis=0))
        self.strongest_mean = np.maximum(self.strongest_mean, measured.means.max(axis=0))
        present = np.unique(labels[labels >= 0])
        members = (labels == present[:, None]).astype(np.float64)
        self.class_counts[present] += members.sum(axis=1).astype(np.int64)
        self.class_sums[0][:, present] += (members @ measured.peaks).T
        self.class_sums[1][:, present] += (members @ responses).T


def _reduce(flat: Tensor, peaks: Tensor, lows: Tensor, shift: Tensor, rectified: bool) -> Tensor:
    """Return what `_Measured` holds of maps (images, neurons, positions), in few passes over memory."""
    centred = flat - shift[:, None]
    offsets, norms = centred.mean(dim=2), torch.linalg.vector_norm(centred, dim=2)
    means = torch.where(peaks == lows, peaks, shift + offsets)  # a silent map's mean is exactly zero
    responses = means if rectified else flat.clamp_min(0).mean(dim=2)
    signs = flat.sign()
    nonzero = (signs if rectified else signs.abs_()).sum(dim=2)
    return torch.stack([peaks, lows, means, responses, offsets, norms, nonzero])


def merge(parts: Sequence[LayerSurvey], kept: int) -> LayerSurvey:
    """Merge the surveys of consecutive images into one, equal to a single pass over all of them.

    Args:
        parts: In the order of their images.
        kept: How many of the strongest and of the weakest images to keep.
    """
    mean, variance = _merge_moments(parts)
    tops = [Ranked(part.top_images, part.top_peaks, part.top_positions) for part in parts]
    bottoms = [Ranked(part.bottom_images, part.bottom_peaks, part.bottom_positions) for part in parts]
    top, bottom = merge_ranked(tops, "top", kept), merge_ranked(bottoms, "bottom", kept)
    return LayerSurvey(
        positions=sum(part.positions for part in parts),
        images=sum(part.images for part in parts),
        mean=mean,
        variance=variance,
        minimum=np.minimum.reduce([part.minimum for part in parts]),
        maximum=np.maximum.reduce([part.maximum for part in parts]),
        zeros=np.add.reduce([part.zeros for part in parts]),
        sketch=np.add.reduce([part.sketch for part in parts]),
        response_sum=np.add.reduce([part.response_sum for part in parts]),
        response_squares=np.add.reduce([part.response_squares for part in parts]),
        class_counts=np.add.reduce([part.class_counts for part in parts]),
        class_peak_sum=np.add.reduce([part.class_peak_sum for part in parts]),
        class_response_sum=np.add.reduce([part.class_response_sum for part in parts]),
        top_images=top.images,
        top_peaks=top.peaks,
        top_positions=top.positions,
        bottom_images=bottom.images,
        bottom_peaks=bottom.peaks,
        bottom_positions=bottom.positions,
        strongest_mean=np.maximum.reduce([part.strongest_mean for part in parts]),
        first_image=parts[0].first_image,
        peaks=np.concatenate([part.peaks for part in parts]),
        means=np.concatenate([part.means for part in parts]),
    )


def _merge_moments(parts: Sequence[LayerSurvey]) -> tuple[Floats, Floats]:
    """Return mean and population variance over all positions of all parts (Chan et al. 1983)."""
    weights = np.array([part.positions for part in parts], dtype=np.float64)[:, None]
    means = np.stack([part.mean for part in parts])
    variances = np.stack([part.variance for part in parts])
    mean = (weights * means).sum(axis=0) / weights.sum()
    variance = (weights * (variances + (means - mean) ** 2)).sum(axis=0) / weights.sum()
    constant = (variances == 0).all(axis=0) & (means == means[0]).all(axis=0)
    return np.where(constant, means[0], mean), np.where(constant, 0.0, variance)
