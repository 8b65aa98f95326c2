"""Trains the embedded network on concept scenes, and measures it on scenes that it has not seen."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import joblib
import numpy as np
import PIL
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from generator.inputs.scene_network import (
    MEAN,
    REPORT_FILE,
    SIZE,
    STAGES,
    STD,
    WEIGHTS_FILE,
    SceneNetwork,
    packed,
    unpacked,
)
from generator.inputs.scenes import VERSION, draw_factors, draw_pixels
from generator.inputs.scenes.tasks import TASKS, labels
from generator.training_report import accuracies

TRAINING_SCENES = 2**31
UNSEEN_SCENES = 2**31 + 1
"""Seeds of the scenes to learn from and to measure on. A recipe's seed is below 2**31, so no atlas
shows either."""

BESIDE = {"colour": "stage2", "texture": "stage3", "outline": "stage4", "background": "stage4"}
"""What the network also learns to name, and from the maps of which stage; these heads are not kept."""

_CHUNK = 250
_BESIDE_WEIGHT = 0.25
_SMOOTHING = 0.05
_SHIFT = 3
"""Pixels by which a batch is moved at most."""
_WARM_UP = 0.2


@dataclass(frozen=True)
class Settings:
    """How the network is trained; the defaults are those of the weights in the package."""

    scenes: int = 20_000
    unseen: int = 3_000
    epochs: int = 6
    batch: int = 64
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True, eq=False)
class Scenes:
    """Scenes in memory: pixels (scenes, 64, 64, 3) uint8, labels by task (scenes,) int64."""

    pixels: Tensor
    labels: dict[str, Tensor]


def draw_scenes(seed: int, count: int) -> Scenes:
    """Draw the first `count` scenes of a seed, on all cores."""
    starts = range(0, count, _CHUNK)
    run = joblib.Parallel(n_jobs=-1)
    parts = run(joblib.delayed(_draw_chunk)(seed, start, min(count, start + _CHUNK)) for start in starts)
    known = labels([draw_factors(seed, index) for index in range(count)])
    return Scenes(
        torch.from_numpy(np.concatenate(parts)),
        {name: torch.from_numpy(values.astype(np.int64)) for name, values in known.items()},
    )


def _draw_chunk(seed: int, start: int, stop: int) -> NDArray[np.uint8]:
    return np.stack([draw_pixels(seed, index, SIZE) for index in range(start, stop)])


def normalized(pixels: Tensor) -> Tensor:
    """Return the network's input (B, 3, 64, 64) for pixels (B, 64, 64, 3) uint8."""
    values = pixels.permute(0, 3, 1, 2).float() / 255
    values = (values - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
    return values.contiguous(memory_format=torch.channels_last)


class Learner(nn.Module):
    """The network with its heads for training."""

    def __init__(self) -> None:
        super().__init__()
        self.network = SceneNetwork()
        classes = {task.name: len(task.values) for task in TASKS}
        channels = {f"stage{number}": stage[0] for number, stage in enumerate(STAGES, start=1)}
        self.heads = nn.ModuleDict(
            {name: nn.Linear(2 * channels[stage], classes[name]) for name, stage in BESIDE.items()}
        )
        self._maps: dict[str, Tensor] = {}
        for stage in sorted(set(BESIDE.values())):
            self.network.get_submodule(stage).register_forward_hook(partial(self._keep, stage))

    def _keep(self, stage: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        del module, inputs
        self._maps[stage] = output

    def forward(self, inputs: Tensor) -> dict[str, Tensor]:
        """Return the logits of every task."""
        logits = {"object": self.network(inputs)}
        for name, stage in BESIDE.items():
            maps = self._maps[stage]
            logits[name] = self.heads[name](torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], dim=1))
        return logits


def train(learner: Learner, scenes: Scenes, settings: Settings) -> Iterator[dict[str, float]]:
    """Train, giving the mean loss and the accuracy on the way after every epoch."""
    steps = -(-len(scenes.pixels) // settings.batch) * settings.epochs
    decayed = [value for value in learner.parameters() if value.ndim > 1]
    other = [value for value in learner.parameters() if value.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": other, "weight_decay": 0.0}],
        lr=settings.learning_rate,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=steps, pct_start=_WARM_UP
    )
    random = torch.Generator().manual_seed(settings.seed)
    for _ in range(settings.epochs):
        learner.train()
        losses, right = [], 0
        for rows in torch.split(torch.randperm(len(scenes.pixels), generator=random), settings.batch):
            logits = learner(normalized(_moved(scenes.pixels[rows], random)))
            wanted = {name: scenes.labels[name][rows] for name in logits}
            loss = _loss(logits, wanted)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
            right += int((logits["object"].argmax(1) == wanted["object"]).sum())
        yield {"loss": float(np.mean(losses)), "accuracy_while_learning": right / len(scenes.pixels)}


def _loss(logits: dict[str, Tensor], wanted: dict[str, Tensor]) -> Tensor:
    total = functional.cross_entropy(logits["object"], wanted["object"], label_smoothing=_SMOOTHING)
    for name in BESIDE:
        total = total + _BESIDE_WEIGHT * functional.cross_entropy(logits[name], wanted[name])
    return total


def _moved(pixels: Tensor, random: torch.Generator) -> Tensor:
    """Return a batch moved by a few pixels, its edges repeated, and mirrored in half of the cases."""
    down, across, mirror = torch.randint(0, 2 * _SHIFT + 1, (3,), generator=random).tolist()
    rows = (torch.arange(SIZE) + down - _SHIFT).clamp(0, SIZE - 1)
    columns = (torch.arange(SIZE) + across - _SHIFT).clamp(0, SIZE - 1)
    if mirror <= _SHIFT:
        columns = columns.flip(0)
    return pixels[:, rows][:, :, columns]


def run(settings: Settings, weights: Path, report: Path) -> dict[str, Any]:
    """Draw scenes, train, measure on unseen scenes, and write weights and report.

    Args:
        settings: How.
        weights: Where the state dict goes (safetensors).
        report: Where the report goes (JSON).

    Returns:
        The report.
    """
    start = time.perf_counter()
    torch.set_num_threads(settings.threads)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(settings.seed)
    click.echo(f"drawing {settings.scenes} scenes to learn from and {settings.unseen} to measure on")
    scenes = draw_scenes(TRAINING_SCENES, settings.scenes)
    unseen = draw_scenes(UNSEEN_SCENES, settings.unseen)
    click.echo(f"{time.perf_counter() - start:.0f} s: training")
    learner = Learner().to(memory_format=torch.channels_last)
    history = []
    for epoch, entry in enumerate(train(learner, scenes, settings), start=1):
        history.append(entry)
        right = f"{entry['accuracy_while_learning']:.1%} right while learning"
        click.echo(f"{time.perf_counter() - start:.0f} s: epoch {epoch} of {settings.epochs}, {right}")
    stored = safetensors.torch.save(packed(learner.network.state_dict()))
    kept = SceneNetwork()
    kept.load_state_dict(unpacked(safetensors.torch.load(stored)))
    found = accuracies(named(kept, unseen, settings.batch), unseen.labels)
    result = {
        "scenes_version": VERSION,
        "training": {**asdict(settings), "scenes_seed": TRAINING_SCENES, "beside": BESIDE},
        "network": _described(kept, stored),
        "history": history,
        "seconds": {"wall": time.perf_counter() - start, "processor": time.process_time()},
        "versions": _versions(),
        "unseen": {"scenes_seed": UNSEEN_SCENES, **found},
    }
    _replace(weights, stored)
    _replace(report, (json.dumps(result, indent=1) + "\n").encode())
    click.echo(f"{found['accuracy']:.2%} of {settings.unseen} unseen scenes named rightly")
    return result


def _versions() -> dict[str, str]:
    made_with = {"python": platform.python_version(), "torch": torch.__version__}
    return {**made_with, "numpy": np.__version__, "pillow": PIL.__version__}


def _described(module: nn.Module, stored: bytes) -> dict[str, Any]:
    return {
        "parameters": sum(value.numel() for value in module.parameters()),
        "bytes": len(stored),
        "sha256": hashlib.sha256(stored).hexdigest(),
        "input": SIZE,
    }


def named(module: nn.Module, scenes: Scenes, batch: int) -> NDArray[np.int64]:
    """Return the object that the network names for every scene, (scenes,)."""
    module.eval()
    with torch.no_grad():
        best = [module(normalized(pixels)).argmax(1) for pixels in torch.split(scenes.pixels, batch)]
    return np.asarray(torch.cat(best).numpy())


def _replace(file: Path, content: bytes) -> None:
    partial_file = file.with_name(f".{file.name}.{os.getpid()}")
    partial_file.write_bytes(content)
    partial_file.replace(file)


@click.command()
@click.option("--scenes", default=Settings.scenes, show_default=True, help="Scenes to learn from.")
@click.option("--unseen", default=Settings.unseen, show_default=True, help="Scenes to measure on.")
@click.option("--epochs", default=Settings.epochs, show_default=True, help="Times every scene is shown.")
@click.option("--seed", default=Settings.seed, show_default=True, help="Of first weights and order.")
@click.option("--threads", default=Settings.threads, show_default=True, help="Also changes the last digits.")
@click.option("--weights", type=click.Path(path_type=Path), default=WEIGHTS_FILE, help="File to write.")
@click.option("--report", type=click.Path(path_type=Path), default=REPORT_FILE, help="File to write.")
def main(weights: Path, report: Path, **settings: int) -> None:
    """Train the embedded network; without arguments, exactly as the one in the package was."""
    run(Settings(**settings), weights, report)


if __name__ == "__main__":
    main()
