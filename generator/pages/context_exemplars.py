"""Template values of the exemplars section: images with outlines, crops and captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.pages.links import picture_file
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import share, significant
from generator.pages.outlines import FRAME, UNITS, crop_at, outline
from generator.pages.schema import Exemplar
from generator.records import ExemplarGroup


@dataclass(frozen=True)
class ShownExemplar:
    """An exemplar as the template draws it; `style` holds the crop, `path` the outline."""

    source: str
    alternative: str
    image: str
    peak: str
    quantile: str
    class_name: str
    path: str
    style: str


def exemplars(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the strongest, stratified, weakest and random images, or None without the record."""
    data, record = view.data.exemplars, view.layer.exemplars
    if data is None or record is None:
        return None
    strata = shown_group(view, record.strata, [e for stratum in data.strata for e in stratum.exemplars])
    placement = view.placement
    outlined = placement.drawable and view.threshold is not None
    return {
        "top": shown_group(view, record.top, data.top),
        "strata": _strata(view, strata),
        "bottom": shown_group(view, record.bottom, data.bottom),
        "random": shown_group(view, record.random, data.random),
        "views": _views(outlined, placement.drawable and placement.croppable),
        "outlined": outlined,
        "threshold": significant(view.threshold) if view.threshold is not None else "",
        "side": placement.side,
        "units": UNITS,
    }


def _views(outlined: bool, croppable: bool) -> list[tuple[str, str]]:
    """Return the choices of how the images are drawn, the one shown first at the front."""
    outlines = [("outline", "Outlined"), ("mask", "Masked")] if outlined else []
    crops = [("crop", "Receptive field")] if croppable else []
    choices = [*outlines, *crops]
    return [*choices, ("plain", "Plain")] if choices else []


def _strata(view: NeuronView, entries: Sequence[ShownExemplar]) -> list[dict[str, Any]]:
    assert view.data.exemplars is not None
    result, start = [], 0
    for stratum in view.data.exemplars.strata:
        stop = start + len(stratum.exemplars)
        result.append(
            {"low": share(stratum.low).text, "high": share(stratum.high).text, "entries": entries[start:stop]}
        )
        start = stop
    return result


def shown_group(view: NeuronView, group: ExemplarGroup, entries: Sequence[Exemplar]) -> list[ShownExemplar]:
    """Return a group of exemplars for the template; empty entries of the record are left out."""
    present = [place for place, picture in enumerate(group.picture[view.row]) if picture >= 0]
    return [
        _shown(view, exemplar, _path(view, group, place))
        for place, exemplar in zip(present, entries, strict=True)
    ]


def _path(view: NeuronView, group: ExemplarGroup, place: int) -> str:
    if view.threshold is None or not view.placement.drawable:
        return ""
    return FRAME + outline(group.maps[view.row, place], view.threshold, view.placement)


def _shown(view: NeuronView, exemplar: Exemplar, path: str) -> ShownExemplar:
    return ShownExemplar(
        source=view.link(picture_file(view.neuron.atlas, exemplar.picture)),
        alternative=_alternative(view, exemplar),
        image=exemplar.image,
        peak=significant(exemplar.peak) if exemplar.peak is not None else "",
        quantile=share(exemplar.quantile).text,
        class_name=exemplar.class_name if exemplar.class_name is not None else "",
        path=path,
        style=_crop_style(view, exemplar),
    )


def _alternative(view: NeuronView, exemplar: Exemplar) -> str:
    layer = view.layer.layer
    parts = [f"Image {exemplar.image}"]
    if exemplar.class_name is not None:
        parts.append(f"class {exemplar.class_name}")
    if exemplar.peak is not None:
        parts.append(f"peak {significant(exemplar.peak)}")
    parts.append(f"stronger than {share(exemplar.quantile).text} of images")
    if view.placement.drawable:
        parts.append(
            f"strongest at row {exemplar.row + 1}, column {exemplar.column + 1} "
            f"of the {layer.height} × {layer.width} response map"
        )
    return ", ".join(parts)


def _crop_style(view: NeuronView, exemplar: Exemplar) -> str:
    placement = view.placement
    if not (placement.drawable and placement.croppable):
        return ""
    crop = crop_at(placement, exemplar.row, exemplar.column)
    return f"--z:{1 / crop.side:.3f};--x:{-100 * crop.left:.2f}%;--y:{-100 * crop.top:.2f}%"
