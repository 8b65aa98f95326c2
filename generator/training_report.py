"""What the report on the embedded network says: shares named rightly, by every factor, and confusions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from generator.inputs.scenes.tasks import TASKS


def accuracies(named: NDArray[np.int64], labels: Mapping[str, Tensor]) -> dict[str, Any]:
    """Return the share of scenes named rightly, on the whole and by factor, and the confusions.

    Args:
        named: (scenes,), the object that the network names.
        labels: (scenes,) by task, what is true.

    Returns:
        JSON values. `confusion` counts scenes by true (row) and named (column) object, in the
        order of `objects`; `interval` is the 95% interval of `accuracy`.
    """
    truth = labels["object"].numpy()
    right = named == truth
    objects = next(task.values for task in TASKS if task.name == "object")
    confusion = np.zeros((len(objects), len(objects)), dtype=int)
    np.add.at(confusion, (truth, named), 1)
    cat, dog = objects.index("cat"), objects.index("dog")
    return {
        "scenes": len(truth),
        "accuracy": float(right.mean()),
        "interval": list(share_interval(int(right.sum()), len(right))),
        "cats": int(confusion[cat].sum()),
        "dogs": int(confusion[dog].sum()),
        "cats_named_dog": int(confusion[cat, dog]),
        "dogs_named_cat": int(confusion[dog, cat]),
        "by": {task.name: _by_value(right, labels[task.name].numpy(), task.values) for task in TASKS},
        "objects": list(objects),
        "confusion": confusion.tolist(),
    }


def _by_value(
    right: NDArray[np.bool_], numbers: NDArray[np.int64], values: tuple[str, ...]
) -> dict[str, float]:
    present = [(number, value) for number, value in enumerate(values) if (numbers == number).any()]
    return {value: float(right[numbers == number].mean()) for number, value in present}


def share_interval(right: int, count: int) -> tuple[float, float]:
    """Return the 95% interval of a share.

    Source:
        Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    z = 1.959963984540054
    share = right / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return float(middle - half), float(middle + half)
