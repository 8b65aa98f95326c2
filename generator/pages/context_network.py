"""Template values of the page on how the network was trained: the training script's report, or any JSON."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from generator.pages.context_neuron import Headline
from generator.pages.links import link
from generator.pages.numbers import Shown, plural, share, shown, were, whole
from generator.pages.training_report import Report
from generator.records import AtlasRecords, NetworkReport
from generator.store.layout import atlas_page, network_page

# Confusions shown, the most frequent.
SHOWN_CONFUSIONS = 10

# Depth and length to which a report of unknown form is laid out; what lies beyond is written as JSON.
DEEPEST = 6
LONGEST = 200


def has_report(atlas: AtlasRecords) -> bool:
    """Whether the network brings a report of its training."""
    record = atlas.get("network_report", NetworkReport)
    return record is not None and bool(record.text.strip())


def network_context(atlas: AtlasRecords) -> dict[str, Any]:
    """Return all values of the page."""
    subject, record = atlas.subject, atlas.get("network_report", NetworkReport)
    assert record is not None
    page = network_page(subject.atlas)
    report, tree = _read(record.text)
    return {
        "title": f"Training of {subject.network.model}",
        "description": f"How the network of the atlas {subject.atlas} was trained, and how well it does.",
        "subject": subject,
        "trail": [(subject.title, link(atlas_page(subject.atlas), page))],
        "report": _known(report) if report is not None else None,
        "tree": tree,
        "glossary": link("glossary.md", page),
    }


def _read(text: str) -> tuple[Report | None, Any]:
    """Return a report of the known form, or else its content as nested entries."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None, {"text": text}
    try:
        return Report.model_validate(found), None
    except ValidationError:
        return None, nested(found)


def nested(found: Any, depth: int = 0) -> dict[str, Any]:
    """Return a JSON value as `entries` of key and nested value, or as `text`."""
    if isinstance(found, list) and any(isinstance(entry, (dict, list)) for entry in found):
        found = {str(place): entry for place, entry in enumerate(found, start=1)}
    if depth < DEEPEST and isinstance(found, dict):
        kept = list(found.items())[:LONGEST]
        entries = [(key, nested(entry, depth + 1)) for key, entry in kept]
        return {"entries": entries, "more": whole(len(found) - LONGEST) if len(found) > LONGEST else ""}
    if isinstance(found, list) and depth < DEEPEST:
        kept_list = ", ".join(_plain(entry) for entry in found[:LONGEST])
        return {"text": kept_list + (f" and {whole(len(found) - LONGEST)} more" * (len(found) > LONGEST))}
    return {"text": _plain(found)}


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return shown(value).text
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _known(report: Report) -> dict[str, Any]:
    training, unseen = report.training, report.unseen
    low, high = unseen.interval
    return {
        "headlines": [
            Headline("Right on unseen scenes", "", share(unseen.accuracy), _interval(low, high)),
            Headline("Unseen scenes", "", Shown(whole(unseen.scenes))),
            Headline("Scenes learnt from", "", Shown(whole(training.scenes))),
            Headline("Epochs", "", Shown(whole(training.epochs))),
            Headline("Parameters", "", Shown(whole(report.network.parameters))),
        ],
        "facts": _facts(report),
        "command": _command(report),
        "epochs": _epochs(report),
        "factors": _factors(report),
        "confusions": _confusions(report),
        "objects": whole(len(unseen.objects)),
        "wrong": plural(sum(map(sum, unseen.confusion)) - _right(report), "scene"),
        "animals": f"Of {plural(unseen.cats, 'cat')}, {were(unseen.cats_named_dog)} named a dog; "
        f"of {plural(unseen.dogs, 'dog')}, {were(unseen.dogs_named_cat)} named a cat.",
    }


def _interval(low: float, high: float) -> str:
    return f"95% interval {share(low).text} to {share(high).text}"


def _facts(report: Report) -> list[tuple[str, str]]:
    training, network = report.training, report.network
    beside = ", ".join(f"{task} (from {stage})" for task, stage in training.beside.items())
    return [
        ("Learnt from", f"{whole(training.scenes)} drawn scenes, version {report.scenes_version}, seed "
                        f"{training.scenes_seed}: no seed that an atlas can have"),
        ("Measured on", f"{whole(report.unseen.scenes)} other scenes, seed {report.unseen.scenes_seed}"),
        ("Task", f"to name the object of a scene, one of {len(report.unseen.objects)}"),
        ("Beside it", beside),
        ("Steps", f"batches of {whole(training.batch)}, {plural(training.epochs, 'epoch')}"),
        ("Learning rate", f"{training.learning_rate:g}"),
        ("Weight decay", f"{training.weight_decay:g}"),
        ("Seed", str(training.seed)),
        ("Time", f"{whole(round(report.seconds.wall))} s, {plural(training.threads, 'thread')}"),
        ("Input", f"{network.input} × {network.input} pixels"),
        ("Parameters", whole(network.parameters)),
        ("File", f"{whole(network.bytes)} bytes"),
        ("File SHA-256", network.sha256),
        ("Software", ", ".join(f"{name} {version}" for name, version in sorted(report.versions.items()))),
    ]  # fmt: skip


def _command(report: Report) -> str:
    """Return the command that trains the network again."""
    training = report.training
    return (
        f"python -m generator.training --scenes {training.scenes} --unseen {training.unseen} "
        f"--epochs {training.epochs} --seed {training.seed} --threads {training.threads}"
    )


def _epochs(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "loss": shown(entry.loss),
            "accuracy": share(entry.accuracy_while_learning),
            "style": f"--part:{entry.accuracy_while_learning:.4f}",
        }
        for number, entry in enumerate(report.history, start=1)
    ]


def _factors(report: Report) -> list[tuple[str, list[tuple[str, Shown, str]]]]:
    """Return accuracies by factor and value."""
    return [
        (factor, [(name, share(value), f"--part:{value:.4f}") for name, value in values.items()])
        for factor, values in report.unseen.by.items()
    ]


def _right(report: Report) -> int:
    return sum(row[place] for place, row in enumerate(report.unseen.confusion))


def _confusions(report: Report) -> list[dict[str, Any]]:
    """Return the most frequent confusions of two objects."""
    unseen = report.unseen
    found = [
        (count, row, column)
        for row, counts in enumerate(unseen.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    return [
        {
            "true": unseen.objects[row],
            "named": unseen.objects[column],
            "count": whole(count),
            "share": share(count / sum(unseen.confusion[row])),
        }
        for count, row, column in sorted(found, key=lambda entry: (-entry[0], *entry[1:]))[:SHOWN_CONFUSIONS]
    ]
