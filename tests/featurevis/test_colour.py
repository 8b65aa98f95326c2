from __future__ import annotations

import torch

from generator.featurevis.colour import colour_matrix, to_planes, to_rgb


def test_planes_of_a_faint_picture_give_it_back() -> None:
    pictures = 0.5 + 0.01 * torch.randn(2, 3, 5, 4, generator=torch.Generator().manual_seed(0))
    again = to_rgb(to_planes(pictures), colour_matrix("cpu"))
    torch.testing.assert_close(again, pictures, atol=1e-4, rtol=0)


def test_a_change_of_brightness_is_a_change_of_the_first_plane() -> None:
    planes = to_planes(torch.full((1, 3, 1, 1), 0.7)).flatten()
    assert planes[0] > 0.5
    assert planes[1:].abs().max() < 0.1 * planes[0]
