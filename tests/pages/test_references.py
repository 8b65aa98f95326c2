"""Works are cited by key and printed whole; an unknown key fails with page and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import SiteError
from generator.pages.references import cited, listed, load_works

BIB = r"""
@article{zeta2001, author={Zeta, A. B.}, year={2001}, title={{On <x>}}, journal={J. of Things},
  volume={3}, number={2}, pages={1--9}, doi={10.1/x}}
@misc{alpha1999, author={van Alpha, C. and M{\"u}ller, D.}, year={1999}, title={Why?}, eprint={1234.5}}
@inproceedings{beta2003, author={Beta, E. and Gamma, F. and others}, year={2003}, title={It}, booktitle={C}}
"""


@pytest.fixture
def bib(tmp_path: Path) -> Path:
    path = tmp_path / "references.bib"
    path.write_text(BIB)
    return path


def test_a_citation_is_a_link(bib: Path) -> None:
    text = "As in [@zeta2001]; van Alpha ([-@alpha1999]), [@alpha1999], [@beta2003]."
    assert cited(text, "written/a.md", load_works(bib)) == (
        "As in [Zeta 2001](../references.md#zeta2001); van Alpha ([1999](../references.md#alpha1999)), "
        "[van Alpha & Müller 1999](../references.md#alpha1999), "
        "[Beta et al. 2003](../references.md#beta2003)."
    )


def test_works_are_listed_by_author(bib: Path) -> None:
    assert listed(load_works(bib)).split("\n\n") == [
        '<p id="beta2003" class="na-reference">Beta, E., Gamma, F., et al. (2003). <i>It.</i> C.</p>',
        '<p id="alpha1999" class="na-reference">van Alpha, C., &amp; Müller, D. (1999). <i>Why?</i> '
        '<a href="https://arxiv.org/abs/1234.5">arXiv:1234.5</a></p>',
        '<p id="zeta2001" class="na-reference">Zeta, A. B. (2001). <i>On &lt;x&gt;.</i> '
        'J. of Things 3(2), 1–9. <a href="https://doi.org/10.1/x">doi:10.1/x</a></p>',
    ]


def test_an_unknown_key_fails_with_page_and_line(bib: Path) -> None:
    with pytest.raises(SiteError, match=r"page `a.md`, line 2: no work `zeta2002` .*did you mean `zeta2001`"):
        cited("one\n[@zeta2002]", "a.md", load_works(bib))


@pytest.mark.parametrize(
    ("text", "fault"),
    [("@misc{x, year={1999}}", "`x` .* must have author, year and title"), ("@misc{x,", "must be BibTeX")],
)
def test_faults_of_the_file_are_said(bib: Path, text: str, fault: str) -> None:
    bib.write_text(text)
    with pytest.raises(SiteError, match=fault):
        load_works(bib)
