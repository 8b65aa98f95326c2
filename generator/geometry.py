"""Where response maps lie on the network's input: centres of their cells, and interpolation between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from generator.records import Floats, Integers, Layer, LayerCentres, LayerReceptiveFields

_DIGITS = 6  # of a pixel: the rest is rounding noise of the fit
_WHOLE = 2
"""Fields that must end inside the input for a line to be laid through their ends."""

Line = tuple[float, float]
"""Pixels from a cell's centre to the next, and pixels from the border to the first cell's centre."""


def cell_centres(
    layers: Sequence[Layer], fields: Mapping[str, LayerReceptiveFields], side: int
) -> dict[str, LayerCentres]:
    """Return where the cells of all layers' response maps lie, by layer name.

    A cell lies at the centre of its receptive field; fields cut off by the border keep the even
    spacing of the whole ones. A convolution so deep that hardly a field is whole goes on from the
    last layer before it whose cells are known: its first cell lies where that layer's does, and
    its spacing is larger as its map is smaller. Cells of token grids, and of networks that see
    everything from the start, share the picture evenly.

    Args:
        layers: From the input to the output.
        fields: Their receptive fields, by layer name.
        side: Of the network's input, pixels.
    """
    result = {}
    known: dict[str, tuple[int, Line]] = {}
    for layer in layers:
        placed = {}
        for axis, cells in (("rows", layer.height), ("columns", layer.width)):
            line = None
            if layer.kind == "convolution" and cells > 1:
                line = _through(getattr(fields[layer.name], axis), side)
                if line is None and axis in known:
                    before, (step, first) = known[axis]
                    line = (step * before / cells, first)
                if line is not None:
                    known[axis] = (cells, line)
            placed[axis] = even(cells, side) if line is None else line[0] * np.arange(cells) + line[1]
        result[layer.name] = LayerCentres(**placed)
    return result


def _through(fields: Integers, side: int) -> Line | None:
    """Return the line of the fields' centres, None where too few fields end inside the input.

    Args:
        fields: (cells, 2), intervals clipped to the input.
        side: Of the input, pixels.
    """
    starts, stops = fields[:, 0].astype(float), fields[:, 1].astype(float)
    cells = np.arange(len(fields))
    reaches_in, reaches_out = starts > 0, stops < side
    if reaches_in.sum() < _WHOLE or reaches_out.sum() < _WHOLE:
        return None
    first = np.polyfit(cells[reaches_in], starts[reaches_in], 1)
    last = np.polyfit(cells[reaches_out], stops[reaches_out], 1)
    step, offset = np.round((first + last) / 2, _DIGITS).tolist()

    return (step, offset) if step > 0 else None


def even(cells: int, side: int) -> Floats:
    """Return the centres of cells that share a side evenly, (cells,) float64 pixels."""
    return np.asarray((np.arange(cells) + 0.5) * side / cells, dtype=np.float64)


def interpolation(centres: Floats, side: int, size: int) -> Floats:
    """Return the bilinear weights (size, cells) of cells at the centres of `size` equal pixels.

    Beyond the outermost centres the outermost cells go on unchanged.

    Args:
        centres: (cells,), increasing, in pixels of the network's input.
        side: Of the network's input.
        size: Pixels along the side of the picture that is interpolated.
    """
    if len(centres) == 1:
        return np.ones((size, 1))
    places = np.clip((np.arange(size) + 0.5) * side / size, centres[0], centres[-1])
    before = np.clip(np.searchsorted(centres, places, side="right") - 1, 0, len(centres) - 2)
    part = (places - centres[before]) / (centres[before + 1] - centres[before])
    weights = np.zeros((size, len(centres)))
    weights[np.arange(size), before] = 1 - part
    weights[np.arange(size), before + 1] = part
    return weights
