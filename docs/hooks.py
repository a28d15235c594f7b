"""What the site adds to docs/: the page of each finding, as the package ships it, and links that fit the site.

The pages are read where `pytest-repro explain CODE` reads them; no copy is kept.
"""  # noqa: INP001  # mkdocs loads it by its path

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

SHIPPED = "pytest_repro/report/pages"
ROLE = re.compile(r":(?:attr|class|func|meth|mod):(?=<code>)")
LINK = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+(?!\.)[^)#\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add `reference/findings/CODE.md` for each code."""
    for path in sorted((Path(config.config_file_path).parent / SHIPPED).glob("*.md")):
        text = path.read_text(encoding="utf-8")
        files.append(File.generated(config, f"reference/findings/{path.name}", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  # as mkdocs calls it
    """Links to shipped pages lead to those of the site; what else lies outside of docs/ is named, not linked."""
    docs = Path(config.docs_dir)
    here = (docs / page.file.src_path).parent

    def fitted(found: re.Match[str]) -> str:
        target = (here / found[2]).resolve()
        if target.is_relative_to(docs):
            return found[0]
        if target.is_relative_to(docs.parent / SHIPPED):
            return f"[{found[1]}](findings/{target.name})"
        return f"{found[1]} (`{target.relative_to(docs.parent)}` in the repository)"

    return LINK.sub(fitted, markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  # as above
    """Roles that docstrings give to names are none in Markdown: the names stay."""
    return ROLE.sub("", html)
