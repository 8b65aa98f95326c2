"""Devices: which there are, and that what is measured on a GPU is as exact as on a processor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch.backends import cudnn

from generator.errors import NetworkError
from generator.inputs.devices import choose_device, compute_in_full, tensor_float


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("cpu") == "cpu"
    for cuda, mps, chosen in ((0, False, "cpu"), (0, True, "mps"), (2, True, "cuda")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert choose_device("auto") == chosen
        assert choose_device(chosen) == chosen
    assert choose_device("cuda:1") == "cuda:1"
    with pytest.raises(NetworkError, match=r"auto or one of cpu, mps, cuda, cuda:0, cuda:1 .* got `cuda:2`"):
        choose_device("cuda:2")
    with pytest.raises(NetworkError, match="got `gpu`"):
        choose_device("gpu")


def test_gpus_round_in_optimizations_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cudnn, "allow_tf32", True)
    compute_in_full("cpu")
    assert cudnn.allow_tf32
    compute_in_full("cuda:1")
    assert not cudnn.allow_tf32
    with tensor_float():
        assert cudnn.allow_tf32
        assert cudnn.enabled
    assert not cudnn.allow_tf32


def test_tasks_in_threads_do_not_round_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cudnn, "allow_tf32", False)

    def seen() -> bool:
        with tensor_float():
            return bool(cudnn.allow_tf32)

    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(seen).result()
    assert seen()
