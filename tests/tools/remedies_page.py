# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of the guide "Faults and remedies" from the table that the client itself looks things up in.

`make docs` calls it; a unit test fails where the guide says anything else than the table.
"""

from __future__ import annotations

import pathlib
import re
import sys
import typing

import trees

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_faults.rst"
MARK = ".. What follows is made by tests/tools/remedies_page.py.\n"
MARKUP = re.compile(r"[\\*`|]|_(?=\W|$)")
PACKAGE = "ansible_collections.wsman.automation.plugins.module_utils._wsman"


def page(source: str) -> str:
    """The guide *source* with its generated part as it has to be."""
    head, mark, _old = source.partition(MARK)
    return "\n".join([head + (mark or MARK), *(section(title, rows) for title, rows in sections())])


def sections() -> list[tuple[str, typing.Sequence[typing.Any]]]:
    """The rows by what they are about."""
    from importlib import import_module

    about = {
        "remedies_standard": "What every service can answer",
        "remedies_wmi": "What Windows says of its classes",
        "remedies_windows": "Rights, quotas, and the client's own rules on Windows",
        "remedies_config": "The configuration of WinRM",
        "remedies_services": "OMI, Openwsman, iDRAC and AMT",
    }
    found = [(title, import_module(f"{PACKAGE}.{name}").ROWS) for name, title in about.items()]
    if [row for _title, rows in found for row in rows] != list(import_module(f"{PACKAGE}.remedies").TABLE):
        raise SystemExit("remedies_page.py does not know all parts of the table")
    return found


def section(title: str, rows: typing.Sequence[typing.Any]) -> str:
    lines = [title, "~" * len(title), "", ".. list-table::", "   :header-rows: 1", "   :widths: 34 30 36", ""]
    lines += [*row_of("fault", "what it means", "what to do"), *(line for row in rows for line in shown(row))]
    examples: dict[str, list[str]] = {}
    for row in rows:
        if row.example:
            examples.setdefault(row.example, []).append((row.numbers or row.faults)[0])
    for example, keys in examples.items():
        lines += ["", f"For {' and '.join(f'``{key}``' for key in keys)}:", "", ".. code-block:: yaml", ""]
        lines += [f"   {line}" if line else "" for line in example.rstrip("\n").split("\n")]
    return "\n".join([*lines, ""])


def shown(row: typing.Any) -> list[str]:
    return row_of(", ".join(keys(row)), escaped(row.cause), escaped(row.remedy))


def row_of(*cells: str) -> list[str]:
    return [f"   {'* -' if number == 0 else '  -'} {cell}" for number, cell in enumerate(cells)]


def keys(row: typing.Any) -> list[str]:
    """By what the row is found, each as one would search for it."""
    found = [f"``{key}``" for key in row.faults] + [f"``{name}``{number(name)}" for name in row.numbers]
    if row.reason:
        found.append(" or ".join(f"``{text}``" for text in row.reason.split("|")))
    return found + ([f"on {' and '.join(row.services)}"] if row.services else [])


def number(name: str) -> str:
    """The number of a name, as Windows prints it: its own in both ways, WMI's as HRESULT, CIM's alone."""
    from importlib import import_module

    codes = import_module(f"{PACKAGE}.fault_codes")
    if name not in codes.CODES:
        return f" ({next(one for one, known in codes.CIM_STATUSES.items() if known == name)})"
    code = codes.CODES[name]
    return f" ({code}, 0x{code:08X})" if code > 0xFFFF else f" ({code})"


def escaped(text: str) -> str:
    return MARKUP.sub(r"\\\g<0>", text)


def main() -> None:
    sys.path.insert(0, str(trees.link()))
    GUIDE.write_text(page(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
