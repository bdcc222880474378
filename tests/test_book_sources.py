"""The sources of the book: one code, one word for one thing, every chapter with all its parts."""

from __future__ import annotations

import re
import unicodedata

import mxnet as mx
import pytest
import yaml
from dlc.notes import snippets
from pages import BOOK, CHAPTERS, EDITIONS, IDIOM, PAGES, WITH_CODE, code, measured, prose, source

TERMS = yaml.safe_load((BOOK / "terms.yml").read_text(encoding="utf-8"))
ALL_TERMS = [term for chapter in TERMS.values() for term in chapter]
RIGHT = {"en": "**Right.**", "zh": "**对。**"}


# --- code -----------------------------------------------------------------------------------------


def test_code_and_its_comments_are_english() -> None:
    for name in WITH_CODE:
        for cell in code(name):
            assert not re.search("[\u3000-\u9fff]", cell.source), f"{name}: {cell.source}"


def test_cells_have_at_most_20_lines_that_fit_the_page() -> None:
    for name in WITH_CODE:
        for cell in code(name):
            lines = cell.source.splitlines()
            assert len(lines) <= 20, f"{name}: {cell.source}"
            assert max(map(len, lines)) <= 88, f"{name}: {cell.source}"


@pytest.mark.parametrize("name", [name for name in WITH_CODE if name != "index"])
def test_a_page_chooses_its_device_by_the_one_line(name: str) -> None:
    chosen = [cell.source for cell in code(name) if re.search(r"^device = ", cell.source, re.M)]
    assert len(chosen) == 1 and IDIOM in chosen[0].splitlines()


def test_what_is_measured_is_also_asserted() -> None:
    """In the cell itself or in one beside it, for a figure is a cell of its own."""
    for name in WITH_CODE:
        cells = code(name)
        for place, cell in enumerate(cells):
            if measured(cell):
                near = [cell.source for cell in cells[max(place - 1, 0) : place + 2]]
                assert any("assert " in lines for lines in near), f"{name}: {cell.source}"


# --- prose ----------------------------------------------------------------------------------------


def test_sources_have_no_look_alike_characters() -> None:
    for path in [*BOOK.glob("*/*.md"), BOOK / "terms.yml"]:
        text = path.read_text(encoding="utf-8")
        # Letters only: NFKC would also turn the full-width punctuation of Chinese into ASCII.
        bad = {
            char
            for char in text
            if unicodedata.category(char)[0] == "L" and unicodedata.normalize("NFKC", char) != char
        }
        bad |= set(re.findall("[\u2e80-\u2fdf]", text))
        assert not bad, f"{path.name}: {[f'{char} U+{ord(char):04X}' for char in sorted(bad)]}"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_all_its_parts(edition: str, name: str) -> None:
    text = source(edition, name)
    headings = re.findall(r"^## (.*)$", text, re.M)
    expected = {"en": ["Summary", "Exercises", "Assignment"], "zh": ["小结", "练习", "作业"]}
    assert headings[-3:] == expected[edition]
    goals = {"en": "**After this chapter you can**", "zh": "**学完本章，你能够**"}
    assert goals[edition] in text
    assert len(re.findall(r"^:class: warning$", text, re.M)) >= 2, "pitfalls"
    assert len(re.findall(r"^`{3}\{index\}", text, re.M)) >= 3, "index entries"
    assert "{cite:p}" in text
    exercises = re.findall(r"^`{3}\{exercise\} \S.*\n:label: (ex-.*)$", text, re.M)
    solutions = re.findall(r"^`{3}\{solution-start\} (ex-.*)\n:class: dropdown$", text, re.M)
    assert len(exercises) >= 4 and exercises == solutions


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_each_question_has_one_right_answer(edition: str, name: str) -> None:
    title = {"en": "Predict first", "zh": "先预测"}[edition]
    (box,) = re.findall(
        rf"^::::\{{admonition\}} {title}\n(.*?)^::::$", source(edition, name), re.M | re.S
    )
    questions = re.split(r"^\*\*\d+\.\*\* ", box, flags=re.M)[1:]
    assert len(questions) >= 3
    for question in questions:
        answers = re.findall(r"^:::\{dropdown\} \S[^\n]*\n(.*?)^:::$", question, re.M | re.S)
        assert len(answers) >= 2
        assert sum(answer.startswith(RIGHT[edition]) for answer in answers) == 1, question


def test_the_first_page_names_every_chapter() -> None:
    for edition in EDITIONS:
        table = re.findall(r"^\| \{ref\}`([\w-]+)` \|", source(edition, "index"), re.M)
        assert table == CHAPTERS


def test_the_first_page_links_to_the_assignments_that_there_are() -> None:
    folders = {path.parent.name for path in (BOOK.parent / "exercises").glob("*/judge.py")}
    for edition in EDITIONS:
        named = re.findall(r"\{ref\}`([\w-]+) <[\w-]+-assignment>`", source(edition, "index"))
        assert set(named) == folders


# --- terms ----------------------------------------------------------------------------------------


def test_a_term_has_one_name_and_a_definition_in_each_language() -> None:
    for language in EDITIONS:
        names = [term[language] for term in ALL_TERMS]
        assert len(names) == len(set(names)) > 60
        assert all(term[f"{language}_text"].endswith((".", "。")) for term in ALL_TERMS)


def test_names_in_mxnet_exist() -> None:
    for term in ALL_TERMS:
        found = mx
        for part in term.get("mxnet", "").split("."):
            found = getattr(found, part) if part else found


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_glossary_shows_every_chapter_of_terms(edition: str) -> None:
    shown = re.findall(r"^```\{terms\} (\w+)$", source(edition, "terms"), re.M)
    assert shown == list(TERMS)


@pytest.mark.parametrize("name", PAGES)
def test_terms_are_used_as_in_the_glossary(name: str) -> None:
    chinese = {term["en"]: term["zh"] for term in ALL_TERMS}
    for en in re.findall(r"\{term\}`([^`]*)`", source("en", name)):
        # In English a term may stand in another form, before its name.
        assert re.sub(r"^.*<(.*)>$", r"\1", en) in chinese, en
    for zh, en in re.findall(r"\{term\}`([^`<]*?) ?<([^`]*)>`", source("zh", name)):
        assert chinese[en] == zh
    text = prose("zh", name)
    for term in ALL_TERMS:
        for other in term.get("not", []):
            assert other not in text, f"{name}: {other}, in this book {term['zh']}"


# --- the notes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_snippet_of_the_notes_is_shown_whole(edition: str) -> None:
    notes = (BOOK / "dlc" / "notes.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    included = re.findall(
        r"^```\{literalinclude\} ../dlc/notes.txt\n:language: python\n:lines: (\d+)-(\d+)\n```$",
        source(edition, "notes"),
        re.M,
    )
    assert ["".join(notes[int(a) - 1 : int(b)]) for a, b in included] == snippets()


def section(label: str) -> str:
    """Return the source of the section, or the whole page, that has a label."""
    for name in PAGES:
        text = source("en", name)
        end = r"(?=^(?:\([\w-]+\)=\n)?## |\Z)"
        found = re.search(rf"^\({label}\)=\n(##?) .*?{end}", text, re.M | re.S)
        if found:
            return text if found[1] == "#" else found[0]
    raise AssertionError(f"no section has the label {label}")


def test_every_snippet_runs_in_its_right_form_in_the_sections_named() -> None:
    """What a snippet calls must be called in the sections that its table names."""
    parts = re.split(r"^## Snippet \d: .*$", source("en", "notes"), flags=re.M)[1:]
    assert len(parts) == len(snippets())
    for part, snippet in zip(parts, snippets(), strict=True):
        table = re.search(r"^\| fault \|.*?\n\n", part, re.M | re.S)[0]
        labels = set(re.findall(r"\{ref\}`([\w-]+)`", table))
        cells = "\n".join(
            cell
            for label in labels
            for cell in re.findall(r"^```\{code-cell\}.*?^```$", section(label), re.M | re.S)
        )
        code_alone = re.sub("#.*", "", snippet)
        called = set(re.findall(r"\b(?:nn|nd|mx)\.[\w.]+(?=\()", code_alone))
        called |= set(re.findall(r"(\.(?!_)\w+)(?=\()", code_alone))
        missing = {name for name in called if name not in cells}
        assert called and not missing, f"{missing} of a snippet run nowhere in {sorted(labels)}"
