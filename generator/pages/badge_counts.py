"""How many neurons have which badge, in the network and in its randomly initialized twin."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.pages.badge_text import MEANINGS
from generator.pages.context_neuron import Headline
from generator.pages.numbers import Shown, plural, share, shown, whole
from generator.records import BADGES, AtlasRecords, Badges, LayerBadges

# Normal quantile of a two-sided 95% interval.
QUANTILE = 1.96

# Badges from the best to the worst.
ORDER = tuple(reversed(BADGES))


@dataclass(frozen=True)
class Tally:
    """How many neurons have each badge."""

    counts: Mapping[str, int]

    @property
    def neurons(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def part(self, name: str) -> float | None:
        """Return the share of a badge, None without neurons."""
        return self.counts[name] / self.neurons if self.neurons else None


def tally(layers: Sequence[LayerBadges]) -> Tally:
    """Count the badges of some layers."""
    found = Counter(BADGES[badge] for layer in layers for badge in layer.badge.tolist())
    return Tally({name: found[name] for name in ORDER})


def wilson(successes: int, count: int) -> tuple[float, float]:
    """Return the 95% interval of a share.

    Source:
        Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference.
    """
    if not count:
        return 0.0, 1.0
    part, square = successes / count, QUANTILE**2
    middle = (part + square / (2 * count)) / (1 + square / count)
    away = QUANTILE / (1 + square / count) * math.sqrt(part * (1 - part) / count + square / (4 * count**2))
    return max(0.0, middle - away), min(1.0, middle + away)


def badge_headlines(atlas: AtlasRecords, layers: Sequence[str]) -> list[Headline]:
    """Return how many neurons of some layers are reliable, the twin's beside it; nothing without badges."""
    record = atlas.get("badges", Badges)
    if record is None:
        return []
    found, twin = (
        tally([kind[name] for name in layers if name in kind]) for kind in (record.layers, record.twin)
    )
    note = f"of {whole(found.neurons)}"
    if twin.neurons:
        note += f", random twin {whole(twin.counts['reliable'])} of {whole(twin.neurons)}"
    return [Headline("Reliable", "badge", Shown(whole(found.counts["reliable"])), note)]


def badge_summary(atlas: AtlasRecords, layers: Sequence[str]) -> dict[str, Any] | None:
    """Return what the badges of some layers add up to, and layer by layer; None without badges."""
    record = atlas.get("badges", Badges)
    if record is None:
        return None
    found = tally([record.layers[name] for name in layers])
    twin = tally([record.twin[name] for name in layers if name in record.twin])
    return {
        "sentences": _sentences(found, twin, record.twin_images),
        "rows": [_row(name, found, twin) for name in ORDER],
        "twin": twin.neurons > 0,
        "layers": [
            {
                "name": name,
                "counts": [whole(count) for count in tally([record.layers[name]]).counts.values()],
                "twin": _of_twin(record, name),
            }
            for name in layers
        ],
        "order": ORDER,
    }


def _sentences(found: Tally, twin: Tally, images: int) -> list[str]:
    text = (
        f"Of {plural(found.neurons, 'neuron')} shown, {_named(found)}: "
        f"{share(found.part('reliable')).text} reliable."
    )
    if not twin.neurons:
        return [text, "There is no randomly initialized twin to compare with."]
    low, high = wilson(twin.counts["reliable"], twin.neurons)
    return [
        text,
        f"In the randomly initialized twin, of {plural(twin.neurons, 'neuron')} measured in the same way on "
        f"{plural(images, 'image')}, {_named(twin)}: {share(twin.part('reliable')).text} reliable "
        f"(95% interval {share(low).text} to {share(high).text}).",
    ]


def _named(found: Tally) -> str:
    first, *others = (f"{whole(count)} {name}" for name, count in found.counts.items())
    return f"{first}, {', '.join(others)}"


def _row(name: str, found: Tally, twin: Tally) -> dict[str, Any]:
    reason = "there is none"
    return {
        "name": name,
        "meaning": MEANINGS[name],
        "count": whole(found.counts[name]),
        "share": share(found.part(name), reason),
        "twin_count": whole(twin.counts[name]),
        "twin_share": share(twin.part(name), reason),
        "style": f"--part:{found.part(name) or 0:.4f};--null:{twin.part(name) or 0:.4f}",
    }


def _of_twin(record: Badges, layer: str) -> Shown:
    if layer not in record.twin:
        return shown(None, "the twin was not measured")
    found = tally([record.twin[layer]])
    return Shown(f"{whole(found.counts['reliable'])} of {whole(found.neurons)}")
