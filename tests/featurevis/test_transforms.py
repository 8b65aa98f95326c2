from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from generator.featurevis.transforms import RandomViews

STILL = RandomViews(jitter=0.0, zoom=1.0, rotation=0.0)


def slow_view(picture: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """Sample one picture pixel by pixel, bilinearly."""
    _, height, width = picture.shape
    view = np.zeros_like(picture)
    for row in range(height):
        for column in range(width):
            place = np.array([(2 * column + 1) / width - 1, (2 * row + 1) / height - 1, 1.0])
            across, down = affine @ place
            x, y = ((across + 1) * width - 1) / 2, ((down + 1) * height - 1) / 2
            left, top = math.floor(x), math.floor(y)
            for dx, dy in [(0, 0), (0, 1), (1, 0), (1, 1)]:
                weight = (1 - abs(x - left - dx)) * (1 - abs(y - top - dy))
                source = picture[:, (top + dy) % height, (left + dx) % width]
                view[:, row, column] += weight * source
    return view


def test_views_equal_a_slow_reference() -> None:
    generator = torch.Generator().manual_seed(1)
    pictures = torch.rand(3, 3, 7, 7, generator=generator, dtype=torch.float64)
    views = RandomViews(jitter=0.2, zoom=1.3, rotation=30.0)
    maps = views.draw([1, 2, 3], 1)[0].double()
    found = views.apply(pictures, maps)
    for picture, affine, view in zip(pictures, maps, found, strict=True):
        np.testing.assert_allclose(view.numpy(), slow_view(picture.numpy(), affine.numpy()), atol=1e-12)


def test_gradients_go_back_where_views_were_sampled() -> None:
    pictures = torch.rand(2, 3, 6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    views = RandomViews(jitter=0.2, zoom=1.3, rotation=30.0)
    maps = views.draw([1, 2], 1)[0].double()
    assert torch.autograd.gradcheck(lambda moved: views.apply(moved, maps), pictures.requires_grad_())


def test_still_views_change_nothing() -> None:
    pictures = torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(STILL.apply(pictures, STILL.draw([1, 2], 1)[0]), pictures)


def test_each_picture_has_its_own_map() -> None:
    maps = STILL.draw([0, 0, 0], 1)[0]
    maps[1, :, :2] = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
    maps[2, 0, 2] = 2 / 8  # one pixel of eight
    picture = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    views = STILL.apply(torch.stack([picture] * 3), maps)
    torch.testing.assert_close(views[0], picture)
    torch.testing.assert_close(views[1], picture.rot90(1, (1, 2)))
    torch.testing.assert_close(views[2, :, :, :-1], picture[:, :, 1:])
    torch.testing.assert_close(views[2, :, :, -1], picture[:, :, 0])  # on as if repeated


def test_draws_depend_on_their_own_seed_alone_and_not_on_global_state() -> None:
    before = torch.get_rng_state()
    together = RandomViews().draw([1, 2, 3], 5)
    assert together.shape == (5, 3, 2, 3)
    assert torch.equal(together[:, 1:2], RandomViews().draw([2], 5))
    assert torch.equal(before, torch.get_rng_state())


def test_draws_fill_their_ranges_and_no_more() -> None:
    views = RandomViews(jitter=0.1, zoom=1.2, rotation=20.0)
    maps = views.draw(list(range(20)), 100).reshape(-1, 2, 3)
    reach = maps[:, :, 0].norm(dim=1)
    angle = torch.rad2deg(torch.atan2(maps[:, 1, 0], maps[:, 0, 0]))
    shift = maps[:, :, 2] / 2
    for values, low, high in [(reach, 1 / 1.2, 1.2), (angle, -20.0, 20.0), (shift, -0.1, 0.1)]:
        assert low - 1e-5 <= values.min().item() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < values.max().item() <= high + 1e-5
    assert shift.mean().item() == pytest.approx(0.0, abs=0.01)
