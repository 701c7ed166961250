# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the get-pip script that ansible-test would download: the packages by the interpreter's own pip.

With it ansible-test needs a package index and nothing else. It makes an environment for each of its tests, so what is
asked for is installed once, into a folder beside this file, and copied from there, byte code included.
"""

from __future__ import annotations

import ensurepip
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile

packages = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
options = [argument for argument in sys.argv[1:] if argument == "--disable-pip-version-check"]
kept = pathlib.Path(__file__).parent / "-".join(["packages", platform.python_version(), *sorted(packages)])

if not kept.is_dir():
    bundled = sorted(pathlib.Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
    if bundled:
        own = [sys.executable, str(bundled[-1] / "pip")]
    else:  # Debian keeps it elsewhere
        subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
        own = [sys.executable, "-m", "pip"]
    new = tempfile.mkdtemp(prefix="packages-", dir=kept.parent)
    subprocess.run([*own, "install", *options, "--quiet", "--target", new, *packages], check=True)
    try:
        os.rename(new, kept)
    except OSError:  # another run was faster
        shutil.rmtree(new)
shutil.copytree(kept, sysconfig.get_path("purelib"), dirs_exist_ok=True)
