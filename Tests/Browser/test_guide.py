"""The user guide holds together: its pictures, its links, and the messages that it explains, word for word as the programs say them."""

import re
from functools import cache

import pytest

from guide import GUIDE, IMAGES, named_pictures
from system import ROOT

CHAPTERS = sorted(GUIDE.glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(chapter):
    """The addresses of a chapter's sections, as they are made of its headings."""
    headings = re.findall(r"^#+ (.+)$", chapter.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def messages(chapter):
    """The first column of every table of messages."""
    rows, inside = [], False
    for line in chapter.read_text().splitlines():
        inside = line.startswith("| 提示 |") or inside and line.startswith("|")
        if inside and not re.match(r"\| (提示|---)|\|---", line):
            rows.append(line.split("|")[1].strip())
    return rows


@cache
def source_lines():
    sources = [path for kind in ("swift", "js") for path in (ROOT / "Sources").rglob(f"*.{kind}")]
    return [line for source in sources for line in source.read_text().splitlines()]


def test_every_picture_is_named_and_every_name_has_its_picture():
    assert {picture.stem for picture in IMAGES.glob("*.png")} == named_pictures()


def test_pictures_are_small():
    sizes = [picture.stat().st_size for picture in IMAGES.glob("*.png")]
    assert max(sizes) < 150_000 and sum(sizes) < 2_000_000


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_every_link_leads_somewhere(chapter):
    for address in LINK.findall(chapter.read_text()):
        file, _, section = address.partition("#")
        target = (chapter.parent / file).resolve() if file else chapter
        assert target.exists(), address
        assert not section or section in anchors(target), address


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_messages_are_said_in_these_words(chapter):
    assert messages(chapter)
    for message in messages(chapter):
        words = re.compile(".*".join(re.escape(part.strip()) for part in message.split("…")))
        assert any(words.search(line) for line in source_lines()), message
