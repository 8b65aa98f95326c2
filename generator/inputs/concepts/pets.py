"""Oxford-IIIT Pet as concept images: species and breed on the pixels that are the animal's."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from generator.inputs.concepts.annotated import Found
from generator.inputs.concepts.masked import MaskFiles
from generator.inputs.readers import FileReader
from generator.inputs.sources import list_pets
from generator.recipe import ConceptsSection
from generator.records import Concept

_PET, _SPECIES = 1, {"1": "cat", "2": "dog"}
"""Value of a trimap's pixels on the animal, and the third column of its lists; Parkhi et al. 2012."""


def find_pets(section: ConceptsSection) -> Found:
    """List the pictures of Oxford-IIIT Pet: species and breed on the pixels that are the animal's.

    Pixels of its trimaps' undecided border count as background.

    Raises:
        ImagesError: The data set is not there or cannot be downloaded.
    """
    listed = list_pets(section)
    assert isinstance(listed.reader, FileReader)
    base = Path(listed.reader.folder).parent
    stems = [PurePosixPath(file).stem for file in listed.reader.files]
    species = _read_species(base / "annotations" / f"{listed.split}.txt")
    kinds = {name: Concept("species", name, "mask") for name in _SPECIES.values()}
    breeds = [Concept("breed", name, "mask") for name in listed.class_names]
    values = tuple(
        ({_PET: (kinds[species[stem]], breeds[label])},)
        for stem, label in zip(stems, listed.labels, strict=True)
    )
    return Found(
        name=f"{listed.name}, {listed.split}",
        ids=listed.ids,
        concepts=(*kinds.values(), *breeds),
        reader=MaskFiles(
            str(base),
            tuple(f"images/{file}" for file in listed.reader.files),
            tuple((f"annotations/trimaps/{stem}.png",) for stem in stems),
            values,
        ),
        licence=listed.licence,
        citation=listed.citation,
    )


def _read_species(file: Path) -> dict[str, str]:
    rows = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {row[0]: _SPECIES[row[2]] for row in rows}
