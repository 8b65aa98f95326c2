"""Whether evidence lies on the object or on the background: shares on masks against other images' masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from generator.analyses.class_scores import auc_intervals, class_aucs
from generator.analyses.contrast_statistics import LEVEL, NO_SKILL
from generator.geometry import interpolation
from generator.records import Booleans, Floats, LayerCentres, LayerControl, MaskShare, Whereabouts

SHUFFLES = 1000
"""Of the masks among the images of a class."""

RESAMPLES = 1000
"""Of the bootstrap."""

FEWEST_MASKED = 10
"""Images with masks that each class needs."""

ENDS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)

Doubles = NDArray[np.float64]

UNDEFINED = MaskShare(np.full(3, np.nan), np.full(2, np.nan))


@dataclass(frozen=True, eq=False)
class CellMasks:
    """Masks as a layer's cells see them: pixels of the view that a cell stands for, interpolated.

    Attributes:
        inside: (m, cells), pixels of each mask.
        whole: (cells,), pixels of the whole view.
    """

    inside: Doubles
    whole: Doubles

    @classmethod
    def of(cls, masks: Booleans, centres: LayerCentres) -> CellMasks:
        """Return what the cells of a layer stand for.

        A map is interpolated between the cells' centres, as it is drawn; the sum of an interpolated map over
        a mask's pixels is that of the cells' values times these weights.

        Args:
            masks: (m, side, side).
            centres: Where the cells lie on the view.
        """
        side = masks.shape[1]
        rows = interpolation(centres.rows, side, side)
        columns = interpolation(centres.columns, side, side)
        inside = np.einsum("ph,ipq,qw->ihw", rows, masks.astype(np.float64), columns, optimize=True)
        whole = np.outer(rows.sum(axis=0), columns.sum(axis=0))
        return cls(inside.reshape(len(masks), -1), whole.ravel())


@dataclass(frozen=True, eq=False)
class _Draws:
    """Images of both classes: as they are, in bootstrap resamples, and with shuffled masks.

    Attributes:
        counts: (RESAMPLES, m), how often each image is drawn, from its own class.
        masks: (SHUFFLES, m), whose mask each image gets, of its own class.
    """

    counts: Doubles
    masks: NDArray[np.int64]

    @classmethod
    def of(cls, of_first: Booleans, seed: int) -> _Draws:
        random = np.random.default_rng(seed)
        counts = np.zeros((RESAMPLES, len(of_first)))
        masks = np.zeros((SHUFFLES, len(of_first)), dtype=np.int64)
        for group in (np.flatnonzero(of_first), np.flatnonzero(~of_first)):
            counts[:, group] = random.multinomial(len(group), np.full(len(group), 1 / len(group)), RESAMPLES)
            masks[:, group] = np.stack([random.permutation(group) for _ in range(SHUFFLES)])
        return cls(counts, masks)


def control(
    evidence: Floats,
    log_odds: Floats,
    of_first: Booleans,
    *,
    masks: CellMasks,
    area: Floats,
    seed: int,
) -> LayerControl:
    """Return whether a layer's evidence lies on the object.

    The *mass* of an image is its evidence for its own class, where that is positive.

    Args:
        evidence: (m, height, width), for A against B.
        log_odds: (m,), of the layer's read-out.
        of_first: (m,), whether an image is of A.
        masks: The objects' masks.
        area: (m,), their share of the view.
        seed: Of resamples and shuffles.
    """
    flat = evidence.reshape(len(evidence), -1).astype(np.float64)
    draws = _Draws.of(of_first, seed)
    own = np.maximum(np.where(of_first[:, None], flat, -flat), 0)
    total = own @ masks.whole
    has = total > 0
    shares = own @ masks.inside.T / np.where(has, total, np.nan)[:, None]  # (m images, m masks)
    mass = _share(shares, has, draws)
    difference = _share_of_difference(flat @ masks.inside.T, flat @ masks.whole, of_first, draws)
    auc = _auc(log_odds, of_first, seed)
    return LayerControl(
        log_odds=log_odds,
        auc=auc,
        own_share=np.diagonal(shares).copy(),
        mass=mass,
        difference=difference,
        verdict=verdict(auc, mass, float(area.mean())),
    )


def verdict(auc: Floats, mass: MaskShare, area: float) -> Whereabouts:
    """Say where the evidence lies.

    On the object (the background) only where the whole interval of the share is above (below) both the
    97.5% (2.5%) quantile of the shuffles and the masks' share of the area.
    """
    if not auc[1] > NO_SKILL:
        return "absent"
    if mass.low > max(float(mass.null[1]), area):
        return "object"
    if mass.high < min(float(mass.null[0]), area):
        return "background"
    return "neither"


def _share(shares: Doubles, has: Booleans, draws: _Draws) -> MaskShare:
    """Return the mean share of the images that have any evidence for their class."""
    if not has.any():
        return UNDEFINED
    known = np.where(has[:, None], np.nan_to_num(shares), 0.0)
    images = np.arange(len(has))
    counts = draws.counts * has
    with np.errstate(invalid="ignore", divide="ignore"):
        resampled = counts @ np.diagonal(known) / counts.sum(axis=1)
    shuffled = known[images, draws.masks].sum(axis=1) / has.sum()
    low, high = np.nanquantile(resampled, ENDS)
    share = np.diagonal(known).sum() / has.sum()
    return MaskShare(np.array([share, low, high]), np.quantile(shuffled, ENDS))


def _share_of_difference(inside: Doubles, whole: Doubles, of_first: Booleans, draws: _Draws) -> MaskShare:
    """Return the share of the difference of the classes' mean evidence that comes from within the masks.

    Not defined where the interval of the difference itself holds 0.

    Args:
        inside: (m images, m masks), evidence within each mask.
        whole: (m,), evidence within the whole view.
        of_first: (m,).
        draws: Resamples and shuffles.
    """
    side = np.where(of_first, 1 / of_first.sum(), -1 / (~of_first).sum())
    images, own = np.arange(len(side)), np.diagonal(inside)
    weights = draws.counts * side
    total, totals = float(side @ whole), weights @ whole
    low, high = np.quantile(totals, ENDS)
    if low <= 0 <= high:
        return UNDEFINED
    kept = totals != 0
    low, high = np.quantile((weights @ own)[kept] / totals[kept], ENDS)
    shuffled = (inside[images, draws.masks] * side).sum(axis=1) / total
    return MaskShare(np.array([side @ own / total, low, high]), np.quantile(shuffled, ENDS))


def _auc(log_odds: Floats, of_first: Booleans, seed: int) -> Doubles:
    """Return the AUC of the log odds for A against B, and its interval, (3,)."""
    values = log_odds[:, None].astype(np.float64)
    found = class_aucs(values, np.where(of_first, 0, 1).astype(np.int32), 2)[0, 0]
    group = sparse.csr_array(of_first[None].astype(np.float64))
    low, high = auc_intervals(values, group, resamples=RESAMPLES, seed=seed, level=LEVEL)
    return np.array([found, low[0, 0], high[0, 0]])
