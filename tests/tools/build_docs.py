# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make docs`: a page for every plugin and role and the guides, into docs/build/html. A warning is a failure."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import bootstrap
import remedies_page
import trees

ROOT = bootstrap.ROOT
IMAGES = pathlib.PurePath("docs", "docsite", "rst", "images")
OUTPUT = ROOT / "docs" / "build" / "html"


def run(command: list[str], variables: dict[str, str], folder: pathlib.Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, env=variables, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{done.stderr}\n{pathlib.Path(command[0]).name} failed")


def build(environment: bootstrap.Environment) -> None:
    """A link would make antsibull-docs read build folders too, so the pages are made from a copy of the project."""
    remedies_page.main()
    collection = trees.copy("docs")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    variables["PATH"] = os.pathsep.join([str(environment.bin), variables.get("PATH", os.defpath)])
    variables["ANSIBLE_COLLECTIONS_PATH"] = str(collection.parents[2])
    antsibull = str(environment.bin / "antsibull-docs")
    run([antsibull, "lint-collection-docs", "--plugin-docs", "--skip-rstcheck", "."], variables, collection)
    pages = ROOT / ".build" / "docs-pages"
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir(mode=0o755, parents=True)
    make = ["collection", "--use-current", "--squash-hierarchy", "--cleanup", "everything", "--fail-on-error"]
    config = ["--config-file", str(ROOT / "docs" / "antsibull-docs.cfg")]
    run([antsibull, *config, *make, "--dest-dir", str(pages), "wsman.automation"], variables)
    guides = ROOT / "docs" / "docsite" / "rst"  # of which antsibull-docs takes texts alone
    shutil.copytree(guides / "images", pages / "docsite" / "images")
    shutil.copytree(collection / IMAGES, pages / IMAGES.name)  # antsibull-docs takes the guides alone
    sphinx = [environment.python, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-c", str(ROOT / "docs")]
    run([*sphinx, "-d", str(ROOT / ".build" / "docs-doctrees"), str(pages), str(OUTPUT)], variables)


if __name__ == "__main__":
    try:
        build(bootstrap.prepare("any", ["docs"]))
    except bootstrap.SetupError as error:
        sys.exit(str(error))
    print(f"the documentation is in {OUTPUT.relative_to(ROOT)}/index.html")
