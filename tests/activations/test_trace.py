from __future__ import annotations

import threading

import pytest
import torch
from torch import Tensor, nn

from generator.activations.trace import device_of, tapped
from generator.errors import LayerError
from tests.planted import ColourDetectors


class Forbidden(nn.Module):
    def forward(self, _inputs: Tensor) -> Tensor:
        raise RuntimeError("ran too deep")


class Pair(nn.Module):
    def forward(self, inputs: Tensor) -> dict[str, object]:
        return {"name": "pair", "outputs": (inputs + 1, inputs + 2)}


class Careless(nn.Module):
    """Swallows errors of its parts, and goes on with them."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Identity()
        self.rest = Forbidden()

    def forward(self, inputs: Tensor) -> Tensor:
        try:
            outputs: Tensor = self.part(inputs)
        except Exception:
            outputs = inputs
        return self.rest(outputs)


class Reusing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.last = nn.ReLU(), nn.Identity()

    def forward(self, inputs: Tensor) -> Tensor:
        return self.last(self.used(self.used(inputs)))


def hooks(module: nn.Module) -> int:
    return sum(len(part._forward_hooks) for part in module.modules())


def test_a_tap_sees_the_output_before_an_in_place_operation_rewrites_it() -> None:
    module, seen = ColourDetectors(), {}
    images = torch.rand(2, 3, 4, 4)
    taps = {
        "colours": lambda output: seen.update(colours=output.clone()),
        "rectified": lambda output: seen.update(rectified=output.clone()),
    }
    with tapped(module, taps) as forward:
        forward(images)
    torch.testing.assert_close(seen["colours"][:, 3:6], -images)
    assert torch.equal(seen["rectified"], seen["colours"].relu())


def test_the_forward_pass_stops_after_the_deepest_tap() -> None:
    module = nn.Sequential(nn.Identity(), nn.Tanh(), Forbidden())
    seen: list[str] = []
    taps = {"1": lambda _: seen.append("1"), "0": lambda _: seen.append("0")}
    with tapped(module, taps) as forward:
        forward(torch.ones(1))
        forward(torch.ones(1))
    assert seen == ["0", "1", "0", "1"]


def test_a_network_that_swallows_exceptions_is_stopped_all_the_same() -> None:
    seen: list[Tensor] = []
    with tapped(Careless(), {"part": seen.append}) as forward:
        forward(torch.ones(1))
    assert len(seen) == 1


def test_gradients_flow_through_a_tap() -> None:
    inputs, seen = torch.rand(1, 3, 4, 4, requires_grad=True), []
    with tapped(ColourDetectors(), {"colours": seen.append}) as forward:
        forward(inputs)
    (gradient,) = torch.autograd.grad(seen[0][:, 0].sum(), inputs)
    assert torch.equal(gradient[0, :, 0, 0], torch.tensor([1.0, 0.0, 0.0]))


def test_the_first_tensor_of_a_nested_output_is_handed_over() -> None:
    seen: list[Tensor] = []
    with tapped(nn.Sequential(Pair()), {"0": seen.append}) as forward:
        forward(torch.zeros(1))
    assert seen[0].item() == 1


@pytest.mark.parametrize("where", ["tap", "network"])
def test_hooks_leave_on_an_error(where: str) -> None:
    module = nn.Sequential(nn.Identity(), Forbidden(), nn.Identity())

    def fail(_: Tensor) -> None:
        if where == "tap":
            raise KeyError(where)

    def run() -> None:
        with tapped(module, {"0": fail, "2": fail}) as forward:
            assert hooks(module) == 2
            forward(torch.ones(1))

    with pytest.raises(KeyError if where == "tap" else RuntimeError):
        run()
    assert hooks(module) == 0


def test_an_unknown_layer_is_an_error_with_the_nearest_and_the_valid_ones() -> None:
    module = ColourDetectors()
    with pytest.raises(LayerError, match=r"`colour` must be .*did you mean `colours`.*rectified") as caught:
        tapped(module, {"mean": print, "colour": print}).__enter__()
    assert caught.value.wanted == "colour"
    assert caught.value.valid == ("colours", "rectified", "mean", "flat", "grey")
    assert hooks(module) == 0


def test_a_long_list_of_valid_layers_is_cut_short_in_the_message() -> None:
    with pytest.raises(LayerError, match=r"0, 1, .*, 11 and 8 more$") as caught:
        tapped(nn.Sequential(*[nn.Identity() for _ in range(20)]), {"x": print}).__enter__()
    assert len(caught.value.valid) == 20


def test_a_reused_layer_is_an_error() -> None:
    module = Reusing()
    taps = {"used": lambda _: None, "last": lambda _: None}
    with tapped(module, taps) as forward, pytest.raises(LayerError, match="`used` must be called once"):
        forward(torch.ones(1))


def test_a_layer_that_is_never_reached_or_yields_no_tensor_is_an_error() -> None:
    module = Careless()
    module.rest = nn.Identity()
    module.idle = nn.Identity()
    taps = {"part": lambda _: None, "idle": lambda _: None}
    with tapped(module, taps) as forward, pytest.raises(LayerError, match="`idle` must be reached"):
        forward(torch.ones(1))

    class Words(nn.Module):
        def forward(self, _: Tensor) -> str:
            return "words"

    module, taps = nn.Sequential(Words()), {"0": lambda _: None}
    with tapped(module, taps) as forward, pytest.raises(LayerError, match="must yield a tensor, got str"):
        forward(torch.ones(1))


def test_passes_of_other_threads_through_the_same_network_do_not_reach_the_taps() -> None:
    module, seen = nn.Sequential(nn.Identity(), nn.Identity()), []

    def elsewhere(output: Tensor) -> None:
        seen.append(output.item())
        thread = threading.Thread(target=module, args=(torch.tensor(2.0),))
        thread.start()
        thread.join()

    with tapped(module, {"0": elsewhere, "1": lambda output: seen.append(output.item())}) as forward:
        forward(torch.tensor(1.0))
        module(torch.tensor(3.0))
    assert seen == [1.0, 1.0]


def test_the_device_is_that_of_the_first_tensor() -> None:
    assert device_of(nn.ReLU()).type == "cpu"
    assert device_of(nn.Linear(1, 1, device="meta")).type == "meta"
