# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real parts of an authenticated network for the tests: a KDC, a proxy, a slow line.

They are other people's programs, installed by the test command; `need` says what to do where one is missing.
"""

from __future__ import annotations

import importlib.util
import os
import shutil

#: Where servers are installed and a user's PATH may not lead.
SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))

_PROGRAMS = {"kdc": ("krb5kdc", "kadmin.local", "kdb5_util"), "squid": ("squid",)}
_LIBRARIES = {"krb5": "krb5", "gssapi": "gssapi", "pykerberos": "kerberos"}
_INSTALL = {
    "kdc": "apt-get install krb5-kdc krb5-admin-server",
    "squid": "apt-get install squid",
    "krb5": "apt-get install gcc libkrb5-dev, then pip install pyspnego[kerberos]",
    "gssapi": "apt-get install gcc libkrb5-dev, then pip install pyspnego[kerberos]",
    "pykerberos": "apt-get install gcc libkrb5-dev, then pip install pywinrm[kerberos]",
}


def program(name: str) -> str | None:
    """The path of an installed program, or None."""
    return shutil.which(name, path=SYSTEM_PATH)


def missing(name: str) -> str | None:
    """What is missing of the part *name* and how to install it; None where it is there."""
    if name in _LIBRARIES:
        absent = [] if importlib.util.find_spec(_LIBRARIES[name]) else [f"the Python library {name}"]
    else:
        absent = [one for one in _PROGRAMS[name] if program(one) is None]
    return f"{', '.join(absent)} is not installed: {_INSTALL[name]}" if absent else None


def need(*names: str) -> None:
    """Skip the test (or the module, at import) where a part is missing; where CI=true, fail."""
    import pytest  # here alone: tools without it use the rest

    for reason in filter(None, map(missing, names)):
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason, allow_module_level=True)
