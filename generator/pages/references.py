"""Cites works by key in hand-written pages: `[@bau2017]` is *Bau et al. 2017*, `[-@bau2017]` the year alone.

Works stand in `references.bib` (BibTeX, read by pybtex); citations link to the page of references.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape
from pybtex.backends.plaintext import Backend
from pybtex.database import Entry, Person, parse_file
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from generator.errors import SiteError, nearest

FILE = "references.bib"
PAGE = "references.md"

# Fields that say where a work appeared, in the order in which they are printed.
VENUE = ("type", "journal", "booktitle", "edition", "institution", "publisher")

# Made once: pybtex finds its backends by going through all packages that are installed.
PLAIN = Backend()

_CITATION = re.compile(r"\[(?P<year>-?)@(?P<key>[\w-]+)\]")


@dataclass(frozen=True)
class Work:
    """A work as pages print it; `address` is a link, empty where none is known."""

    names: str
    authors: str
    year: str
    title: str
    venue: str
    address: str
    address_text: str


def load_works(path: Path) -> Mapping[str, Work]:
    """Read a BibTeX file; works by key, ordered by author and year.

    Raises:
        SiteError: The file is no BibTeX, or a work lacks author, year or title.
    """
    try:
        entries = parse_file(str(path), bib_format="bibtex").entries
    except PybtexError as error:
        raise SiteError(f"{path.name} must be BibTeX: {' '.join(str(error).split())}") from None
    works = {key: _work(key, entry) for key, entry in entries.items()}
    return dict(sorted(works.items(), key=lambda found: (found[1].authors.lower(), found[1].year)))


def cited(text: str, page: str, works: Mapping[str, Work]) -> str:
    """Return a page with its citations as links to the page of references.

    Raises:
        SiteError: A key is not that of a work.
    """
    target = posixpath.relpath(PAGE, posixpath.dirname(page) or ".")

    def link(found: re.Match[str]) -> str:
        key = found["key"]
        if key not in works:
            line = text.count("\n", 0, found.start()) + 1
            raise SiteError(f"page `{page}`, line {line}: no work `{key}` in {FILE}{nearest(key, works)}")
        work = works[key]
        shown = work.year if found["year"] else f"{work.names} {work.year}"
        return f"[{shown}]({target}#{key})"

    return _CITATION.sub(link, text)


def listed(works: Mapping[str, Work]) -> Markup:
    """Return all works as paragraphs that citations can link to."""
    return Markup("\n\n").join(_paragraph(key, work) for key, work in works.items())


def _paragraph(key: str, work: Work) -> Markup:
    parts = [Markup("{} ({}). <i>{}</i>").format(work.authors, work.year, work.title)]
    if work.venue:
        parts.append(escape(f"{work.venue}."))
    if work.address:
        parts.append(Markup('<a href="{}">{}</a>').format(work.address, work.address_text))
    return Markup('<p id="{}" class="na-reference">{}</p>').format(key, Markup(" ").join(parts))


def _work(key: str, entry: Entry) -> Work:
    people = entry.persons.get("author", [])
    missing = [name for name in ("year", "title") if name not in entry.fields]
    if not people or missing:
        raise SiteError(f"work `{key}` in {FILE} must have author, year and title")
    title = _text(entry.fields["title"])
    address, address_text = _address(entry)
    return Work(
        names=_names([_last(person) for person in people]),
        authors=_listed([_whole(person) for person in people]),
        year=entry.fields["year"],
        title=title if title[-1] in "?!" else f"{title}.",
        venue=_venue(entry),
        address=address,
        address_text=address_text,
    )


def _text(latex: str) -> str:
    return str(Text.from_latex(latex).render(PLAIN))


def _last(person: Person) -> str:
    return _text(" ".join([*person.prelast_names, *person.last_names]))


def _whole(person: Person) -> str:
    given = " ".join([*person.first_names, *person.middle_names])
    return f"{_last(person)}, {_text(given)}" if given else _last(person)


def _names(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{names[0]} & {names[1]}" if len(names) == 2 and names[1] != "others" else f"{names[0]} et al."


def _listed(names: Sequence[str]) -> str:
    if names[-1] == "others":
        return ", ".join([*names[:-1], "et al."])
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"


def _venue(entry: Entry) -> str:
    found = {name: _text(value) for name, value in entry.fields.items()}
    parts = [found[name] + (" edition" if name == "edition" else "") for name in VENUE if name in found]
    text = ", ".join(parts)
    if "volume" in found or "number" in found:
        issue = f"({found['number']})" if "number" in found and "volume" in found else found.get("number", "")
        text += f" {found.get('volume', '')}{issue}"
    pages = found.get("pages", "").replace("--", "–")
    return f"{text}, {pages}" if pages else text


def _address(entry: Entry) -> tuple[str, str]:
    if doi := entry.fields.get("doi"):
        return f"https://doi.org/{doi}", f"doi:{doi}"
    if eprint := entry.fields.get("eprint"):
        return f"https://arxiv.org/abs/{eprint}", f"arXiv:{eprint}"
    url = entry.fields.get("url", "")
    return url, url
