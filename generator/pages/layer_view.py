"""Owns the view of one layer of an atlas: the layer with the records that there are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from generator.pages.face import Face
from generator.pages.outlines import Placement, place
from generator.records import (
    FIRST,
    AtlasRecords,
    Attribution,
    Badges,
    ConceptResponses,
    Connections,
    Dissection,
    Exemplars,
    GroupPictures,
    Labels,
    Layer,
    LayerAttribution,
    LayerBadges,
    LayerConceptResponses,
    LayerConnections,
    LayerDissection,
    LayerExemplars,
    LayerGroupPictures,
    LayerLabels,
    LayerLevels,
    LayerMinds,
    LayerPaths,
    LayerReceptiveFields,
    LayerReliability,
    LayerSimilar,
    LayerStatistics,
    LayerVisualizations,
    Levels,
    Minds,
    NeuronId,
    Paths,
    ReceptiveFields,
    Reliability,
    Similar,
    Statistics,
    Visualizations,
)


@dataclass(frozen=True)
class LayerView:
    """One layer of an atlas with the records that there are of it, and faces of other neurons."""

    atlas: AtlasRecords
    layer: Layer
    faces: Mapping[NeuronId, Face] = field(default_factory=dict)

    @cached_property
    def statistics(self) -> LayerStatistics | None:
        """The layer's statistics, if measured."""
        record = self.atlas.get("statistics", Statistics)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def exemplars(self) -> LayerExemplars | None:
        """The layer's exemplars, if chosen."""
        record = self.atlas.get("exemplars", Exemplars)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def visualizations(self) -> LayerVisualizations | None:
        """The layer's feature visualizations that stand for its neurons, if made."""
        record = self.atlas.get("visualizations", Visualizations)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def variants(self) -> Mapping[str, LayerVisualizations]:
        """All feature visualizations of the layer by variant, those that stand for its neurons first."""
        record, first = self.atlas.get("visualizations", Visualizations), self.visualizations
        if record is None or first is None:
            return {}
        return {FIRST: first} | {name: layers[self.layer.name] for name, layers in record.others.items()}

    @cached_property
    def reliability(self) -> LayerReliability | None:
        """The layer's reliability, if measured."""
        record = self.atlas.get("reliability", Reliability)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def paths(self) -> LayerPaths | None:
        """The way of the layer's pictures through the network, if measured."""
        record = self.atlas.get("paths", Paths)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def badges(self) -> LayerBadges | None:
        """The layer's badges, if there are any."""
        record = self.atlas.get("badges", Badges)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def fields(self) -> LayerReceptiveFields | None:
        """The layer's receptive fields, if measured."""
        record = self.atlas.get("receptive_fields", ReceptiveFields)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def responses(self) -> LayerConceptResponses | None:
        """The layer's responses to the concept images, if measured."""
        record = self.atlas.get("concept_responses", ConceptResponses)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def dissection(self) -> LayerDissection | None:
        """The layer's overlap with concept masks, if measured."""
        record = self.atlas.get("dissection", Dissection)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def labels(self) -> LayerLabels | None:
        """The layer's labels, if chosen."""
        record = self.atlas.get("labels", Labels)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def levels(self) -> LayerLevels | None:
        """How high-level the layer's neurons are, if measured."""
        record = self.atlas.get("levels", Levels)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def minds(self) -> LayerMinds | None:
        """The kinds of images that excite the layer's neurons most, if measured."""
        record = self.atlas.get("minds", Minds)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def group_pictures(self) -> LayerGroupPictures | None:
        """The pictures of these kinds, if made."""
        record = self.atlas.get("group_pictures", GroupPictures)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def attribution(self) -> LayerAttribution | None:
        """Where in their strongest images the layer's neurons' peaks come from, if measured."""
        record = self.atlas.get("attribution", Attribution)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def similar(self) -> LayerSimilar | None:
        """Who responds like the layer's neurons, if measured."""
        record = self.atlas.get("similar", Similar)
        return record.layers.get(self.layer.name) if record else None

    @cached_property
    def connections(self) -> LayerConnections | None:
        """What the layer's neurons are moved by and move, if measured."""
        record = self.atlas.get("connections", Connections)
        return record.layers.get(self.layer.name) if record else None

    @property
    def picture_files(self) -> tuple[str, ...]:
        """The names of the exemplars' pictures."""
        record = self.atlas.get("exemplars", Exemplars)
        return record.picture_files if record else ()

    @cached_property
    def placement(self) -> Placement:
        """Where the layer's response maps lie on the pictures."""
        record = self.atlas.get("receptive_fields", ReceptiveFields)
        centres = record.centres.get(self.layer.name) if record else None
        return place(self.layer, self.fields, centres, self.atlas.subject.network.crop)

    @property
    def position(self) -> int:
        """Which layer of the atlas it is, from 1 at the input."""
        return self.atlas.subject.layers.index(self.layer) + 1

    def neuron(self, channel: int) -> NeuronId:
        """The id of one of its neurons."""
        return NeuronId(self.atlas.subject.atlas, self.layer.name, channel)
