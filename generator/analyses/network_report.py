"""How the network was made, as the report that its factory's module keeps says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from generator.analyses.base import Analysis, Context, Estimate, Scope
from generator.inputs.builders import read_report
from generator.recipe import NetworkSection
from generator.records import NetworkReport


@dataclass(frozen=True)
class NetworkReportTask:
    """The one report."""


class NetworkReportAnalysis(Analysis[NetworkReportTask, NetworkReport, NetworkReport]):
    """The report of the factory's module, word for word; empty where there is none."""

    name: ClassVar[str] = "network_report"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "network"
    part_type: ClassVar[type] = NetworkReport
    record_type: ClassVar[type] = NetworkReport

    def identity(self, context: Context) -> Mapping[str, Any]:
        """Return the hash of the text, so that a new report makes a new record."""
        return {"report": hashlib.sha256(report_of(context.recipe.network).encode()).hexdigest()}

    def tasks(self, context: Context) -> Sequence[NetworkReportTask]:  # noqa: ARG002
        """Return the one task."""
        return [NetworkReportTask()]

    def run(self, context: Context, task: NetworkReportTask) -> NetworkReport:  # noqa: ARG002
        """Read the report."""
        return NetworkReport(report_of(context.recipe.network))

    def combine(self, context: Context, parts: Sequence[NetworkReport]) -> NetworkReport:  # noqa: ARG002
        """Return the one result."""
        (report,) = parts
        return report

    def estimate(self, context: Context) -> Estimate:
        """Count the report's bytes; reading it takes no time to speak of."""
        size = len(report_of(context.recipe.network).encode())
        return Estimate("report on how the network was made" if size else "no report", 0.0, size)


def report_of(network: NetworkSection) -> str:
    """Return the report on a recipe's network.

    Returns:
        JSON text; empty where the factory's module keeps none, and where the recipe puts other
        weights in the place of those that the report is about.

    Raises:
        NetworkError: The report is no JSON.
    """
    return "" if network.weights else read_report(network.model)
