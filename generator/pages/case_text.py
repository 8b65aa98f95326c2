"""The only place that puts case studies into words: what is looked for, the rule, what its value is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.pages.numbers import Shown, share, shown

NOT_ASKED = "the rule does not ask about this neuron"


@dataclass(frozen=True)
class CaseText:
    """The words of a case.

    `sections` are anchors of the sections of the neuron's page that the case shows. `caution` says what
    must not be concluded. `nobody` is what it means that the rule finds no neuron.
    """

    title: str
    looked_for: str
    rule: str
    value: str
    term: str
    sections: tuple[str, ...]
    caution: str
    nobody: str
    null: str = ""
    write: Callable[[float | None, str], Shown] = shown


_LABEL_VALUE = "times what shuffled responses reach"
_LABEL_RULE = (
    "Of all neurons with a confirmed label of the category {}, the one whose score on the held-out "
    "half exceeds "
    "what shuffled responses reach there by the largest factor."
)
_LABEL_CAUTION = (
    "A label names the best of the concepts that were tested. That it fits does not mean that the neuron "
    "answers to nothing else, or that the network uses it so."
)

TEXTS = {
    "colour": CaseText(
        "A neuron for a colour",
        "A neuron whose responses follow a colour, wherever it is.",
        _LABEL_RULE.format("colour"),
        _LABEL_VALUE,
        "label",
        ("exemplars", "visualization", "concepts"),
        _LABEL_CAUTION,
        "No neuron has a confirmed label of a colour.",
    ),
    "edge": CaseText(
        "An oriented pattern",
        "An early neuron whose pictures have one orientation: an edge, a line, stripes.",
        "Of the neurons in the first half of the layers, the one whose feature visualizations, all "
        "seeds taken "
        "together, have most of their brightness along one orientation; only those above every "
        "neuron of the "
        "randomly initialized twin in the same layers.",
        "share of one orientation, 0 to 1",
        "feature-visualization",
        ("visualization", "exemplars", "reliability"),
        "The rule measures the pictures, not the responses to edges: compare them with the images "
        "that excite it.",
        "No picture of the first half of the layers is more oriented than those of the twin.",
        "highest of the twin",
    ),
    "texture": CaseText(
        "A neuron for a texture",
        "A neuron whose responses follow a texture or surface.",
        _LABEL_RULE.format("texture or material"),
        _LABEL_VALUE,
        "label",
        ("exemplars", "visualization", "concepts"),
        _LABEL_CAUTION,
        "No neuron has a confirmed label of a texture.",
    ),
    "part-or-object": CaseText(
        "A neuron for a part or an object",
        "A neuron whose responses follow an object, or a part of one.",
        _LABEL_RULE.format("part or object"),
        _LABEL_VALUE,
        "label",
        ("exemplars", "visualization", "concepts"),
        _LABEL_CAUTION,
        "No neuron has a confirmed label of a part or an object.",
    ),
    "class-neuron": CaseText(
        "A neuron that tells one class",
        "A neuron whose peak alone separates the images of one class from all others.",
        "Of all neurons and classes, the highest lower end of the 95% interval of the AUC of a class "
        "against the "
        "rest, above 0.5.",
        "AUC of its best class",
        "auc",
        ("exemplars", "classes", "ablation", "visualization"),
        "The best of many neurons and classes looks better than it is. That a neuron tells a class does not "
        "say that the network would lose it without the neuron; for neurons of the last two stages, what it "
        "loses stands below.",
        "No neuron tells any class from the rest, or the images are unlabelled.",
    ),
    "contrast-neuron": CaseText(
        "A neuron that tells two classes apart",
        "A neuron whose responses to two classes differ, as to cats and dogs: those of the atlas's first "
        "class contrast.",
        "Of all neurons that the contrast confirmed on held-out images, the one whose effect (Cohen's d) is "
        "furthest from 0 with its whole 95% interval.",
        "Cohen's d on held-out images, positive: larger for the first class",
        "cohens-d",
        ("contrasts", "ablation", "exemplars", "visualization"),
        "The two classes may differ in more than what they are called after: background, pose, colour. The "
        "best of many neurons looks better than it is.",
        "No neuron was confirmed to tell the two classes of the contrast apart.",
    ),
    "two-minds": CaseText(
        "A neuron of two minds",
        "A neuron whose strongest images are of several kinds, which the rest of its layer tells apart.",
        "Of the neurons whose strongest images fall into several groups, the one whose silhouette "
        "exceeds the best "
        "of samples without groups by the most.",
        "silhouette above its null",
        "silhouette",
        ("minds", "exemplars", "visualization"),
        "Groups are those of the layer's activations; what they mean is for the reader to see.",
        "No neuron's strongest images fall into groups more clearly than samples without groups do.",
    ),
    "twins": CaseText(
        "A pair of twins",
        "Two neurons of one layer that respond alike to all images: one would do.",
        "The highest correlation of mean responses within a layer, the whole 95% interval above 0.9; "
        "each pair counts "
        "once.",
        "correlation",
        "redundant",
        ("similar", "exemplars", "visualization"),
        "They are alike on these images; whether the network needs both is another question.",
        "No two neurons shown of a layer are that alike.",
    ),
    "opposed-pair": CaseText(
        "An opposed pair",
        "Two neurons of one layer of which one falls where the other rises.",
        "The lowest correlation of mean responses within a layer, the whole 95% interval below the "
        "lowest that any "
        "shuffle of the images gives; each pair counts once.",
        "correlation",
        "response-correlation",
        ("similar", "exemplars", "visualization"),
        "Rectified responses cannot go below 0, so that even neurons that exclude each other "
        "correlate weakly.",
        "No two neurons shown of a layer are opposed beyond what shuffles give.",
    ),
    "silent": CaseText(
        "A dead or nearly silent neuron",
        "A neuron that hardly any image excites.",
        "The smallest share of images with a peak above 0, below 5%; a dead neuron has 0%.",
        "share of images that excite it",
        "dead",
        ("activations", "exemplars", "visualization"),
        "Silent on these images is not silent on all: other images may excite it.",
        "Every neuron shown is excited by at least 5% of the images.",
        "must be below",
        share,
    ),
    "misleading-picture": CaseText(
        "The picture that misleads most",
        "A neuron whose feature visualization excites it as much as any natural image does, but is "
        "treated by the "
        "network unlike the images that excite it.",
        "Of the neurons whose picture reaches at least the strongest natural image, whose badge is "
        "not “reliable” and "
        "whose path similarity is below 1 with its whole interval, the one with the lowest path "
        "similarity.",
        "path similarity",
        "path-similarity",
        ("visualization", "exemplars", "reliability"),
        "A high activation is no evidence that a picture shows what the neuron responds to in "
        "natural images.",
        "No picture reaches its natural maximum without going a similar way.",
    ),
}
