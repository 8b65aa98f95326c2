"""The files that readers download: tables of all neurons, the archive of their data, checksums, schema."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from generator.pages import citation
from generator.pages.ablation_data import ablation_files
from generator.pages.context_cases import cases_json, cases_of
from generator.pages.context_findings import findings_json, findings_of
from generator.pages.contrast_data import contrast_files
from generator.pages.evidence_data import evidence_files
from generator.pages.map_data import map_csv, map_of
from generator.pages.probe_charts import probes_of
from generator.pages.probe_data import probes_csv, probes_json
from generator.pages.probe_figures import probe_figures
from generator.pages.schema import canonical, json_schema
from generator.pages.schema_concepts import LabelData
from generator.pages.summary import STATISTICS, NeuronSummary
from generator.pages.totals import totals
from generator.records import AtlasRecords
from generator.store.layout import neuron_json

# The earliest date that a zip archive can hold: the same records give the same bytes.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)

# Of a label, empty for a neuron without one; score and null are those of the held-out half.
LABEL_COLUMNS = {
    "label": "label, if the neuron has one",
    "label_category": "category of its concept",
    "label_evidence": "overlap, pair (IoU), present or absent (AUC)",
    "label_score": "IoU or AUC on the held-out half",
    "label_null": "what the best of all shuffles reaches there",
}

# The table's rows: fixed columns, then all statistics (empty where not measured or not defined).
COLUMNS = (
    *("neuron", "layer", "channel", "dead", "best_class", "badge"),
    *LABEL_COLUMNS,
    *(statistic.key for statistic in STATISTICS),
    "sha256",
)


def rows(summaries: Sequence[NeuronSummary]) -> list[dict[str, Any]]:
    """Return the neurons as rows of the published table."""
    return [
        {
            "neuron": str(summary.neuron),
            "layer": summary.neuron.layer,
            "channel": summary.neuron.channel,
            "dead": summary.dead,
            "best_class": summary.best_class or None,
            "badge": summary.badge or None,
            **_label(summary.label),
            **{statistic.key: summary.values.get(statistic.key) for statistic in STATISTICS},
            "sha256": summary.sha256,
        }
        for summary in summaries
    ]


def _label(label: LabelData | None) -> dict[str, str | float | None]:
    if label is None or not label.confirmed:
        return dict.fromkeys(LABEL_COLUMNS)
    values = (label.text, label.category, label.evidence, label.score_scoring, label.null_scoring)
    return dict(zip(LABEL_COLUMNS, values, strict=True))


def table_csv(summaries: Sequence[NeuronSummary]) -> str:
    """Return the table as CSV (RFC 4180; values not defined are empty)."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows(summaries):
        writer.writerow({**row, "dead": int(row["dead"])})
    return buffer.getvalue()


def atlas_json(atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> bytes:
    """Return the atlas's own data: subject, provenance, what it adds up to and the table of its neurons."""
    return canonical(
        {
            "format": "neuron-atlas/atlas/1",
            "subject": asdict(atlas.subject),
            "provenance": {
                "device": atlas.provenance.device,
                "versions": dict(atlas.provenance.versions),
                "record_keys": dict(atlas.provenance.keys),
            },
            "summary": totals(atlas, summaries),
            "neurons": rows(summaries),
        }
    )


def write_downloads(docs: Path, atlas: AtlasRecords, summaries: Sequence[NeuronSummary]) -> None:
    """Write all downloads of an atlas; its neurons' JSON files must be there already.

    Args:
        docs: The folder of the pages.
        atlas: The atlas.
        summaries: Its neurons, in the order of the table.
    """
    folder = docs / atlas.subject.atlas
    hashes = {str(summary.neuron): summary.sha256 for summary in summaries}
    files = {
        "neurons.csv": table_csv(summaries).encode(),
        "neurons.json": atlas_json(atlas, summaries),
        "neuron.schema.json": canonical(json_schema()),
        "recipe.toml": atlas.subject.recipe_toml.encode(),
        "SHA256SUMS": citation.checksums(hashes).encode(),
    }
    if (probes := probes_of(atlas)) is not None:
        files |= {"probes.csv": probes_csv(probes).encode(), "probes.json": probes_json(atlas, probes)}
        files |= probe_figures(probes)
    files |= contrast_files(atlas) | evidence_files(atlas)
    files |= contrast_files(atlas)
    files |= ablation_files(atlas)
    if (cases := cases_of(atlas)) is not None:
        files["cases.json"] = cases_json(atlas, cases)
    if (findings := findings_of(atlas)) is not None:
        files["findings.json"] = findings_json(atlas, findings)
    if (found := map_of(atlas)) is not None:
        files["map.csv"] = map_csv(atlas, found).encode()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    archive = {f"{atlas.subject.atlas}/{name}": folder / name for name in files}
    archive |= {neuron_json(s.neuron): docs / neuron_json(s.neuron) for s in summaries}
    _write_archive(folder / f"{atlas.subject.atlas}.zip", archive)


def _write_archive(path: Path, files: Mapping[str, Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, source in sorted(files.items()):
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, source.read_bytes())
