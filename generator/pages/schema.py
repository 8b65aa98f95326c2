"""The published data of a neuron: the shape of its JSON file, which is also what its page shows."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field

from generator.pages.schema_ablation import NeuronAblation
from generator.pages.schema_attribution import AttributionData
from generator.pages.schema_base import Measured, Part
from generator.pages.schema_concepts import ConceptsData, LabelData
from generator.pages.schema_contrasts import NeuronContrast
from generator.pages.schema_minds import MindsData
from generator.pages.schema_relations import ConnectionsData, SimilarData
from generator.pages.schema_reliability import ReliabilityData

# Goes up when a field changes its meaning or leaves; new fields keep it.
SCHEMA = "neuron-atlas/neuron/1"


class LayerData(Part):
    """Where the neuron sits: layer `position` of `layers`, counted from the input."""

    name: str
    module: str
    kind: str
    activation: Annotated[str, Field(description="What was applied last, as ReLU; empty: linear output")]
    position: int
    layers: int
    size: Annotated[int, Field(description="Neurons of the layer, shown or not")]
    height: Annotated[int, Field(description="Rows of a response map")]
    width: Annotated[int, Field(description="Columns of a response map")]


class ReceptiveField(Part):
    """Largest receptive field of any position, in pixels of the network's input."""

    height: int
    width: int


class Quantile(Part):
    """A quantile of activations (all positions of all images) and of peaks (one an image)."""

    level: float
    activation: Measured
    peak: Measured


class StatisticsData(Part):
    """Statistics over all images."""

    mean: Measured
    std: Measured
    minimum: Measured
    maximum: Measured
    zero_fraction: Annotated[Measured, Field(description="Share of activations that are exactly 0")]
    threshold: Annotated[Measured, Field(description="Top 0.5% quantile of activations")]
    sparseness: Annotated[Measured, Field(description="Treves-Rolls sparseness over images")]
    selectivity: Annotated[Measured, Field(description="Class selectivity, Morcos et al. 2018")]
    dead: bool
    quantiles: tuple[Quantile, ...]
    histogram_edges: tuple[float, ...]
    histogram_counts: tuple[int, ...]


class Exemplar(Part):
    """One image shown for the neuron; `row` and `column` place the peak in the response map."""

    image: str
    sha256: str
    picture: Annotated[str, Field(description="File below ATLAS/pictures/")]
    class_name: Annotated[str | None, Field(description="null: the image is unlabelled")]
    peak: Measured
    quantile: Annotated[Measured, Field(description="Share of images with a smaller peak")]
    row: int
    column: int


class Stratum(Part):
    """Exemplars drawn from peaks between the quantiles `low` and `high`."""

    low: float
    high: float
    exemplars: tuple[Exemplar, ...]


class ExemplarsData(Part):
    """Strongest, weakest, stratified and random images, each by its fixed rule."""

    top: tuple[Exemplar, ...]
    strata: tuple[Stratum, ...]
    bottom: tuple[Exemplar, ...]
    random: tuple[Exemplar, ...]


class HistoryPoint(Part):
    """Mean response of the picture at an optimization step."""

    step: int
    mean_response: Measured


class VisualizationData(Part):
    """Feature visualization, first seed; ratios divide by the strongest natural image's activation."""

    picture: Annotated[str, Field(description="File below the site")]
    size: Annotated[int, Field(description="Pixels a side")]
    mean_response: Measured
    peak: Measured
    random_mean: Annotated[Measured, Field(description="Highest mean response of a random picture")]
    random_peak: Annotated[Measured, Field(description="Highest peak of a random picture")]
    mean_ratio: Measured
    peak_ratio: Measured
    beats_random: bool | None
    seed_spread: Annotated[
        Measured, Field(description="Smallest over largest mean response among the pictures of the seeds")
    ]
    steps_run: int
    history: tuple[HistoryPoint, ...]


class VariantData(Part):
    """One picture of the neuron; the ratio divides by the strongest natural image's mean response."""

    variant: Annotated[
        str,
        Field(description="seed-1 and so on; negative: suppresses the neuron; plain: pixels as they are"),
    ]
    picture: Annotated[str, Field(description="File below the site")]
    start_response: Annotated[Measured, Field(description="Mean response before the first step")]
    mean_response: Measured
    peak: Measured
    ratio: Measured


class ClassData(Part):
    """Response to one class: mean peak, and AUC of class against rest with 95% interval."""

    name: str
    images: int
    mean_peak: Measured
    auc: Measured
    auc_low: Measured
    auc_high: Measured


class LevelPart(Part):
    """One part of a level: what was measured, and the same from 0 (low-level) to 1 (high-level)."""

    name: Literal["field", "frequency", "colour", "category", "selectivity"]
    measured: Annotated[
        Measured,
        Field(
            description="Side of the receptive field in pixels; cycles of the visualization within it; "
            "share of chroma in its energy; rung of the label's category, from 0; class selectivity"
        ),
    ]
    scaled: Measured


class LevelData(Part):
    """How high-level the neuron is: the mean of the parts that are defined, 0 to 1."""

    level: Measured
    quantile: Annotated[Measured, Field(description="Share of the atlas's other neurons with a lower level")]
    parts: Annotated[tuple[LevelPart, ...], Field(description="Those that the atlas measured at all")]


class NetworkData(Part):
    """Which network; `sha256` is that of its weights."""

    model: str
    weights: str
    sha256: str
    trained_on: str


class ImagesData(Part):
    """Which images; `sha256` covers ids, labels and contents."""

    name: str
    split: str
    count: int
    sha256: str


class ProvenanceData(Part):
    """What the numbers come from."""

    network: NetworkData
    images: ImagesData
    recipe_sha256: str
    seed: int
    device: str
    versions: dict[str, str]
    record_keys: dict[str, str]


class NeuronData(Part):
    """All that is published of one neuron; a part is null when the atlas was built without it."""

    format: str = SCHEMA
    neuron: Annotated[str, Field(description="ATLAS/LAYER/CHANNEL")]
    atlas: str
    channel: int
    layer: LayerData
    receptive_field: ReceptiveField | None
    statistics: StatisticsData | None
    exemplars: ExemplarsData | None
    attribution: AttributionData | None
    visualization: VisualizationData | None
    visualizations: Annotated[
        tuple[VariantData, ...] | None, Field(description="All variants, that of `visualization` first")
    ]
    reliability: ReliabilityData | None
    classes: tuple[ClassData, ...] | None
    label: LabelData | None
    concepts: ConceptsData | None
    level: LevelData | None
    contrasts: Annotated[
        tuple[NeuronContrast, ...] | None, Field(description="Its part in every class contrast")
    ]
    ablation: Annotated[
        NeuronAblation | None, Field(description="Null where the neuron is not ablated alone")
    ]
    minds: MindsData | None
    similar: SimilarData | None
    connections: ConnectionsData | None
    provenance: ProvenanceData


def encode(data: NeuronData) -> bytes:
    """Return the bytes of a neuron's JSON file: sorted keys, UTF-8, one line feed at the end."""
    return canonical(data.model_dump(mode="json"))


def canonical(value: Any) -> bytes:
    """Return the one way in which this package writes published JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (text + "\n").encode(errors="backslashreplace")  # lone surrogates of file names


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a neuron's JSON file."""
    schema = NeuronData.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
