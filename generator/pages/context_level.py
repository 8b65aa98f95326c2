"""Template values of a neuron's level section: its level, its place in the atlas, and the parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.pages.level_data import MEANINGS, defined_parts, measured_text, scaled_text
from generator.pages.neuron_view import NeuronView
from generator.pages.numbers import share, shown
from generator.store.layout import levels_page

TOO_FEW = "fewer than three of its parts are defined"


def level(view: NeuronView) -> Mapping[str, Any] | None:
    """Return the neuron's level with all that went into it, None where it was not measured."""
    found = view.data.level
    if found is None:
        return None
    return {
        "level": shown(found.level, TOO_FEW),
        "share": share(found.quantile) if found.quantile is not None else None,
        "count": defined_parts(found.parts),
        "of": len(found.parts),
        "rows": [
            {
                "name": MEANINGS[part.name].name,
                "term": MEANINGS[part.name].term,
                "note": MEANINGS[part.name].measured,
                "measured": measured_text(part),
                "scaled": scaled_text(part),
                "style": f"--part:{part.scaled:.4f}" if part.scaled is not None else "",
            }
            for part in found.parts
        ],
        "atlas": view.link(levels_page(view.neuron.atlas)),
        "limits": view.link("limits.md#levels"),
    }
