"""What contrasts say in words: the rule of a pair, findings, cautions."""

from __future__ import annotations

import numpy as np

from generator.pages.numbers import plural, share, shown, were, whole
from generator.pages.schema_contrasts import ContrastData, ContrastLayer, ContrastsData, ReadoutData

CAUTION = (
    "That a neuron tells two classes apart does not say that the network uses it to do so, nor that the "
    "neuron is about either class: it may go by anything in which the images differ."
)


def pair_name(data: ContrastData) -> str:
    """Return how a contrast is called."""
    return f"{data.first} against {data.second}"


def rule_text(data: ContrastData) -> str:
    """Say why this pair was chosen."""
    if data.rule == "recipe":
        return "The recipe names this pair."
    if data.rule == "names":
        return "This pair is the default where the images have both classes."
    if data.rule == "confused":
        return (
            f"Of all pairs the network confuses this one most: {share(data.value).text} of the two classes' "
            "held-out images are taken for the other."
        )
    return (
        "The network's outputs are not of these classes; of all pairs this one has the most alike mean "
        f"responses in the last layer (root mean square distance {shown(data.value).text} standard "
        "deviations, discovery half)."
    )


def best_layer(data: ContrastData) -> ContrastLayer:
    """Return the layer that tells the classes apart best, all neurons together; the first of equals."""
    return max(data.layers, key=lambda layer: layer.joint.auc or 0.0)


def confirmed_count(data: ContrastData) -> int:
    """Return how many neurons were confirmed."""
    return sum(layer.confirmed for layer in data.layers)


def findings(data: ContrastData) -> list[str]:
    """Return in words how many neurons were confirmed, what chance gives, and how it goes with depth."""
    neurons, found = len(data.neurons), sum(layer.found for layer in data.layers)
    confirmed = confirmed_count(data)
    chance = np.array(data.chance_confirmed)
    best = best_layer(data)
    result = [
        f"Of {plural(neurons, 'neuron')}, {were(found)} found on the discovery half and {were(confirmed)} "
        "confirmed on the other; with shuffled labels the same procedure confirms "
        f"{shown(chance.mean()).text} on average and {whole(int(chance.max()))} at most, in "
        f"{whole(len(chance))} shuffles.",
        f"All neurons of {best.layer} together tell the classes apart best, with an AUC of "
        f"{shown(best.joint.auc).text} ({shown(best.joint.low).text} to {shown(best.joint.high).text}) "
        "on held-out images.",
    ]
    if data.depth is not None and data.depth_low is not None and data.depth_high is not None:
        result.append(f"How far single neurons differ {_course(data)}.")
    return result


def _course(data: ContrastData) -> str:
    assert data.depth_low is not None
    assert data.depth_high is not None
    interval = (
        f"rank correlation of |d| with the layer's place {shown(data.depth).text}, "
        f"95% interval {shown(data.depth_low).text} to {shown(data.depth_high).text}"
    )
    if data.depth_low > 0:
        return f"grows with depth ({interval})"
    return (
        f"falls with depth ({interval})"
        if data.depth_high < 0
        else f"does not clearly go with depth ({interval})"
    )


def readout_text(readout: ReadoutData) -> str:
    """Say what stands for the network's answer, and how good it is."""
    accuracy = f"{share(readout.accuracy).text} of {plural(readout.images, 'held-out image')} right"
    if readout.source == "outputs":
        return (
            f"The network's own outputs are of the images' classes: among {whole(readout.classes)} of them "
            f"it gets {accuracy}."
        )
    return (
        "The network's outputs are not of the images' classes, so it has no logits for them. What stands for "
        f"its answer here is a linear read-out of all neurons of {readout.layer} (mean responses, logistic "
        f"regression, {whole(readout.classes)} classes, fitted on {whole(readout.fitted_on)} images of the "
        f"discovery half): it gets {accuracy}. It is ours and not the network's."
    )


def summary(data: ContrastsData) -> list[str]:
    """Return what the cover says of contrasts, one sentence a pair."""
    return [
        f"For {pair_name(one)}, {plural(confirmed_count(one), 'neuron')} of {whole(len(one.neurons))} "
        "confirmed; the layer that tells "
        f"them apart best is {best_layer(one).layer} (AUC {shown(best_layer(one).joint.auc).text})."
        for one in data.contrasts
    ]
