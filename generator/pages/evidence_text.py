"""What evidence, its controls and directions say in words: never more than their nulls allow."""

from __future__ import annotations

from collections.abc import Sequence

from generator.pages.numbers import NOT_DEFINED, Shown, plural, share, shown, signed_share, whole
from generator.pages.schema_evidence import (
    ControlData,
    DirectionData,
    LayerEvidenceData,
    MaskedData,
    PairEvidenceData,
    ShareData,
)

HALF = 0.5

NO_LAYER = (
    "No layer with response maps has confirmed neurons for this contrast, so there is no evidence whose "
    "place could be shown."
)

NO_MASKS = (
    "Whether the contrast lives on the objects or on the background cannot be known here: there are no (or "
    "too few) images with masks named as both classes."
)

NO_DIRECTION = "No layer has confirmed neurons for this contrast, so there is no direction to visualize."

VERDICTS = {
    "object": "object",
    "background": "background",
    "neither": "neither",
    "absent": "unknown",
}


def masked_text(one: PairEvidenceData, masked: MaskedData) -> str:
    """Say which images the background control rests on."""
    first = sum(masked.of_first)
    second = len(masked.images) - first
    drawn = " (drawn, not photographed)" if masked.synthetic else ""
    return (
        f"Object or background? {plural(len(masked.images), 'image')} of {masked.name}{drawn} have a mask of "
        f"the object, {whole(first)} of {one.first} and {whole(second)} of {one.second}."
    )


def control_sentences(layer: LayerEvidenceData, masked: MaskedData) -> list[str]:
    """Say where a layer's evidence lies, and what that rests on."""
    found = layer.control
    assert found is not None, "layers are controlled where there are masks"
    if found.verdict == "absent":
        return [
            f"The read-out of {layer.layer} does not tell the classes of these images apart (AUC "
            f"{shown(found.auc).text}, 95% interval {shown(found.auc_low).text} to "
            f"{shown(found.auc_high).text}), so nothing follows for where the contrast lives."
        ]
    filled = share(sum(area or 0.0 for area in masked.area) / len(masked.area)).text
    sentences = [
        f"In {layer.layer}, {portion(found.mass)} of the evidence for an image's own class lies on the "
        f"object, whose mask fills {filled} of the picture on average; under masks of other images it is "
        f"{null(found.mass)}.",
        _verdict(found),
    ]
    if found.difference.share is not None:
        sentences.append(
            f"Of the difference of the classes' mean log odds, {portion(found.difference)} comes from within "
            f"the masks ({null(found.difference)} under those of other images)."
        )
    return sentences


def _verdict(found: ControlData) -> str:
    mass = found.mass.share or 0.0
    if found.verdict == "object":
        most = "" if mass > HALF else " more than by chance, while most of its evidence lies beside it"
        return (
            f"That is more than the object's size and place explain: the contrast lives on the object{most}."
        )
    if found.verdict == "background":
        most = "" if mass < HALF else " more than by chance, while most of its evidence lies on the object"
        return (
            "That is less than the object's size and place explain: the contrast lives on the "
            f"background{most}."
        )
    return "That is what size and place of objects explain: the contrast is not shown to live on either."


def portion(found: ShareData) -> str:
    """Write a share with its interval."""
    return f"{signed_share(found.share).text} ({_span(found.low, found.high)})"


def null(found: ShareData) -> str:
    """Write what shuffled masks give."""
    return _span(found.null_low, found.null_high)


def _span(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return NOT_DEFINED
    return f"{signed_share(low).text} to {signed_share(high).text}"


def drawn_text(one: PairEvidenceData) -> str:
    """Say how the shown images were chosen, and what the mean maps are over."""
    first = sum(image.class_name == one.first for image in one.images)
    return (
        f"Single images are {whole(first)} of {one.first} and {whole(len(one.images) - first)} of "
        f"{one.second}, drawn at random from the confirmation half, on which no read-out was fitted; none "
        "was chosen for its looks. "
        f"Mean maps are over {plural(one.averaged[0], 'image')} of {one.first} and "
        f"{whole(one.averaged[1])} of {one.second} of that half."
    )


def direction_sentences(one: PairEvidenceData, found: DirectionData) -> list[str]:
    """Say what a direction's pictures reach beside natural and random ones."""
    natural = f"{shown(found.natural_low).text} to {shown(found.natural_high).text}"
    random = f"{shown(found.random_low).text} to {shown(found.random_high).text}"
    sentences = [
        f"Log odds of {one.first} by the read-out of {found.layer}: the "
        f"{plural(found.natural_images, 'image')} of the atlas have {natural}; held-out images of "
        f"{one.first} {shown(found.mean_first).text} on average, of {one.second} "
        f"{shown(found.mean_second).text}; random pictures {random}."
    ]
    failed = sum(not succeeded(one, found, place) for place in range(len(found.pictures)))
    if failed:
        sentences.append(
            f"{plural(failed, 'picture')} {'is' if failed == 1 else 'are'} no success: random ones reach "
            f"further, so take nothing from {'it' if failed == 1 else 'them'}."
        )
    return sentences


def succeeded(one: PairEvidenceData, found: DirectionData, place: int) -> bool:
    """Whether a picture reaches further in its direction than any random picture."""
    picture = found.pictures[place]
    assert picture.log_odds is not None
    assert found.random_low is not None
    assert found.random_high is not None
    if picture.towards == one.first:
        return picture.log_odds > found.random_high
    return picture.log_odds < found.random_low


def favours(log_odds: float | None, names: Sequence[str]) -> Shown:
    """Write log odds with the class that they speak for."""
    if log_odds is None:
        return shown(None)
    return Shown(f"{shown(abs(log_odds)).text} for {names[0] if log_odds > 0 else names[1]}")
