"""Check the cross-language evaluation set of ideas and print its counts.

Usage: python benchmarks/ideas/check.py

Reads ideas.csv and duplicates.csv beside this file. Exits with status 1, and one line for each
violation, when the set breaks one of the rules that its README states.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALWAYS = frozenset({"en", "fr"})
ALL = ALWAYS | {"de", "es", "it", "pl", "tr"}
IDEA_COLUMNS = ["idea_id", "theme", "language", "text"]
DUPLICATE_COLUMNS = ["duplicate_id", "of_idea_id", "language", "text", "is_duplicate"]
MIN_IDEAS, MIN_COMPLETE, THEMES = 216, 64, 12
MIN_COMPLETE_PER_THEME, MIN_TRUE, MIN_HARD = 5, 85, 65
MIN_WORDS, MAX_WORDS = 4, 40
# In French, these signs take a no-break space (U+00A0) before them, and « takes one after it.
FRENCH_SPACING = re.compile(r"[^\u00a0][:;?!»%]|«[^\u00a0]")

Row = dict[str, str]


def read(name: str, columns: list[str], problems: list[str]) -> list[Row]:
    """Return the rows of a CSV file, noting a wrong header or a row of the wrong length."""
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if header != columns:
            problems.append(f"{name}: columns are {header}, expected {columns}")
            return []
        rows: list[Row] = []
        for values in reader:
            if len(values) != len(columns):
                problems.append(f"{name}, line {reader.line_num}: {len(values)} values")
                continue
            rows.append(dict(zip(columns, values, strict=True)))
    return rows


def words(text: str) -> int:
    """Count the words of a text: what stands between spaces and holds a letter or a digit."""
    return sum(any(sign.isalnum() for sign in part) for part in text.split())


def check_text(where: str, row: Row, seen: dict[str, str], problems: list[str]) -> None:
    """Check one text: language, length, spacing, and that no other row holds the same one."""
    text = row["text"]
    if row["language"] not in ALL:
        problems.append(f"{where}: unknown language {row['language']!r}")
    if not text.strip():
        problems.append(f"{where}: empty text")
        return
    if text != text.strip() or "  " in text:
        problems.append(f"{where}: stray spaces")
    if not MIN_WORDS <= words(text) <= MAX_WORDS:
        problems.append(f"{where}: {words(text)} words, expected {MIN_WORDS} to {MAX_WORDS}")
    if row["language"] == "fr" and FRENCH_SPACING.search(text):
        problems.append(f"{where}: French sign without its no-break space")
    key = " ".join(re.findall(r"\w+", text.casefold()))
    if key in seen:
        problems.append(f"{where}: same text as {seen[key]}")
    seen.setdefault(key, where)


def check_ideas(rows: list[Row], seen: dict[str, str], problems: list[str]) -> set[str]:
    """Check ideas.csv; return the identifiers of its ideas."""
    languages: dict[str, list[str]] = defaultdict(list)
    themes: dict[str, str] = {}
    for row in rows:
        idea = row["idea_id"]
        where = f"ideas.csv, {idea} {row['language']}"
        if not re.fullmatch(r"I\d{3}", idea):
            problems.append(f"{where}: identifier is not I and three digits")
        if row["language"] in languages[idea]:
            problems.append(f"{where}: given twice")
        languages[idea].append(row["language"])
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", row["theme"]):
            problems.append(f"{where}: theme {row['theme']!r} is not in kebab case")
        if themes.setdefault(idea, row["theme"]) != row["theme"]:
            problems.append(f"{where}: theme differs between languages")
        check_text(where, row, seen, problems)
    for idea, found in languages.items():
        if frozenset(found) not in (ALWAYS, ALL):
            problems.append(f"ideas.csv, {idea}: in {sorted(found)}, expected en and fr, or all")
    complete = [idea for idea, found in languages.items() if frozenset(found) == ALL]
    per_theme = Counter(themes.values())
    complete_per_theme = Counter(themes[idea] for idea in complete)
    if len(languages) < MIN_IDEAS:
        problems.append(f"ideas.csv: {len(languages)} ideas, expected at least {MIN_IDEAS}")
    if len(complete) < MIN_COMPLETE:
        problems.append(f"ideas.csv: {len(complete)} ideas in all languages, need {MIN_COMPLETE}")
    if len(per_theme) != THEMES:
        problems.append(f"ideas.csv: {len(per_theme)} themes, expected {THEMES}")
    problems.extend(
        f"ideas.csv, {theme}: {complete_per_theme[theme]} ideas in all languages: too few"
        for theme in per_theme
        if complete_per_theme[theme] < MIN_COMPLETE_PER_THEME
    )
    print(f"ideas.csv: {len(rows)} texts, {len(languages)} ideas, {len(complete)} in 7 languages")
    for theme, count in sorted(per_theme.items()):
        print(f"  {theme}: {count} ideas, {complete_per_theme[theme]} in 7 languages")
    print_languages(rows)
    return set(languages)


def check_pairs(rows: list[Row], ids: set[str], seen: dict[str, str], problems: list[str]) -> None:
    """Check duplicates.csv against the ideas."""
    identifiers: set[str] = set()
    halves: Counter[tuple[str, str]] = Counter()
    for row in rows:
        where = f"duplicates.csv, {row['duplicate_id']}"
        if not re.fullmatch(r"D\d{3}", row["duplicate_id"]):
            problems.append(f"{where}: identifier is not D and three digits")
        if row["duplicate_id"] in identifiers:
            problems.append(f"{where}: given twice")
        identifiers.add(row["duplicate_id"])
        if row["is_duplicate"] not in ("0", "1"):
            problems.append(f"{where}: is_duplicate is {row['is_duplicate']!r}, expected 0 or 1")
        if row["of_idea_id"] in ids:
            half = "odd" if row["of_idea_id"][-1] in "13579" else "even"
            halves[half, row["is_duplicate"]] += 1
        else:
            problems.append(f"{where}: no idea {row['of_idea_id']!r}")
        check_text(where, row, seen, problems)
    true = sum(row["is_duplicate"] == "1" for row in rows)
    hard = sum(row["is_duplicate"] == "0" for row in rows)
    if true < MIN_TRUE or hard < MIN_HARD:
        problems.append(f"duplicates.csv: {true} true and {hard} hard negatives: too few")
    print(f"duplicates.csv: {len(rows)} rows, {true} true duplicates, {hard} hard negatives")
    for half in ("odd", "even"):
        print(f"  of {half} ideas: {halves[half, '1']} true, {halves[half, '0']} hard negatives")
    print_languages(rows)


def print_languages(rows: list[Row]) -> None:
    """Print how many rows each language has."""
    counts = Counter(row["language"] for row in rows)
    print("  " + ", ".join(f"{language} {count}" for language, count in sorted(counts.items())))


def main() -> int:
    """Check both files; return the exit status."""
    problems: list[str] = []
    seen: dict[str, str] = {}
    ideas = check_ideas(read("ideas.csv", IDEA_COLUMNS, problems), seen, problems)
    rows = read("duplicates.csv", DUPLICATE_COLUMNS, problems)
    check_pairs(rows, ideas, seen, problems)
    for problem in problems:
        print(f"violation: {problem}", file=sys.stderr)
    if not problems:
        print("ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
