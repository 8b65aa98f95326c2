"""Which device networks run on, and how exactly it multiplies there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cudnn

from generator.errors import NetworkError


def choose_device(name: str) -> str:
    """Return a device's torch name; `auto` is the first there is of cuda, mps and cpu.

    Raises:
        NetworkError: No such device on this machine.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        return "cuda" if cuda else "mps" if mps else "cpu"
    available = ["cpu", *(["mps"] if mps else [])]
    if cuda:
        available += ["cuda", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    if name not in available:
        raise NetworkError(
            f"`compute.device` must be auto or one of {', '.join(available)} on this machine, got `{name}`"
        )
    return name


def compute_in_full(device: str) -> None:
    """Let an Nvidia GPU compute convolutions in float32 throughout, as processors do; other devices do.

    By default torch lets it round what it multiplies to TensorFloat-32, 10 bits, which changes the
    fourth digit of a response.
    """
    if device.startswith("cuda"):
        cudnn.allow_tf32 = False


@contextmanager
def tensor_float() -> Iterator[None]:
    """Within the `with`, let Nvidia GPUs compute convolutions in TensorFloat-32, as torch does by default.

    The setting is the whole process's, so where tasks run in threads it stays as it is: another one may
    be measuring.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with cudnn.flags(enabled=cudnn.enabled, allow_tf32=True):
        yield
