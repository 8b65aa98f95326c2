"""The analyses, in the order in which they run and in which pages show them."""

from __future__ import annotations

from typing import Any

from generator.analyses.ablation import AblationAnalysis
from generator.analyses.attribution import AttributionAnalysis
from generator.analyses.badges import BadgesAnalysis
from generator.analyses.base import Analysis
from generator.analyses.cases import CasesAnalysis
from generator.analyses.concept_gallery import ConceptGalleryAnalysis
from generator.analyses.concept_responses import ConceptResponsesAnalysis
from generator.analyses.connections import ConnectionsAnalysis
from generator.analyses.contrasts import ContrastsAnalysis
from generator.analyses.directions import DirectionsAnalysis
from generator.analyses.dissection import DissectionAnalysis
from generator.analyses.evidence import EvidenceAnalysis
from generator.analyses.exemplars import ExemplarsAnalysis
from generator.analyses.explorer import ExplorerAnalysis
from generator.analyses.filters import FiltersAnalysis
from generator.analyses.findings import FindingsAnalysis
from generator.analyses.group_pictures import GroupPicturesAnalysis
from generator.analyses.labels import LabelsAnalysis
from generator.analyses.levels import LevelsAnalysis
from generator.analyses.minds import MindsAnalysis
from generator.analyses.network_report import NetworkReportAnalysis
from generator.analyses.neuron_map import NeuronMapAnalysis
from generator.analyses.paths import PathsAnalysis
from generator.analyses.patterns import PatternsAnalysis
from generator.analyses.probe_features import ProbeFeaturesAnalysis
from generator.analyses.probes import ProbesAnalysis
from generator.analyses.readout import ReadoutAnalysis
from generator.analyses.receptive_fields import ReceptiveFieldsAnalysis
from generator.analyses.reliability import ReliabilityAnalysis
from generator.analyses.similar import SimilarAnalysis
from generator.analyses.statistics import StatisticsAnalysis
from generator.analyses.survey import SurveyAnalysis
from generator.analyses.twin import OnTwin
from generator.analyses.visualizations import VisualizationsAnalysis

ANALYSES: tuple[Analysis[Any, Any, Any], ...] = (
    SurveyAnalysis(),
    StatisticsAnalysis(),
    ReceptiveFieldsAnalysis(),
    ExemplarsAnalysis(),
    VisualizationsAnalysis(),
    ReliabilityAnalysis(),
    PathsAnalysis(),
    OnTwin(SurveyAnalysis()),
    OnTwin(VisualizationsAnalysis()),
    OnTwin(ReliabilityAnalysis()),
    OnTwin(PathsAnalysis()),
    BadgesAnalysis(),
    FiltersAnalysis(),
    ConceptGalleryAnalysis(),
    ConceptResponsesAnalysis(),
    DissectionAnalysis(),
    LabelsAnalysis(),
    ProbeFeaturesAnalysis(),
    ProbesAnalysis(),
    LevelsAnalysis(),
    PatternsAnalysis(),
    AttributionAnalysis(),
    ReadoutAnalysis(),
    ContrastsAnalysis(),
    EvidenceAnalysis(),
    DirectionsAnalysis(),
    AblationAnalysis(),
    SimilarAnalysis(),
    ConnectionsAnalysis(),
    NeuronMapAnalysis(),
    MindsAnalysis(),
    GroupPicturesAnalysis(),
    CasesAnalysis(),
    FindingsAnalysis(),
    NetworkReportAnalysis(),
    ExplorerAnalysis(),
)
