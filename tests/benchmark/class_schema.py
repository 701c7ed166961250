# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the schema of a class adds to a Get: asked for, read from the file of the run, and held in a loop; JSON.

Each way does the same Gets over one open connection and makes plain values of the answers, as the module does. They
differ in what is known before each Get. The service's facts come as JSON in the variable WSMAN_BENCH_SERVICE.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import tempfile
import typing

from ansible import constants
from enumerate_rows import Connection, connect, measure

from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, types_option
from ansible_collections.wsman.automation.plugins.plugin_utils import _reading
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client

TARGET = addressing.Target(
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service", {"Name": "Spooler"}
)


class Ways:
    """One open connection to the service, on which each way is a function that does *gets* Gets."""

    def __init__(self, facts: dict[str, typing.Any], gets: int, folder: pathlib.Path) -> None:
        self.connection: Connection = connect(facts)
        self.gets = gets
        self.folder = folder

    def text(self) -> int:
        return sum(self.get("text") for _number in range(self.gets))

    def asked(self) -> int:
        """As the first task of a run has it: nothing is known of the class."""
        count = 0
        for _number in range(self.gets):
            shutil.rmtree(self.folder)
            self.folder.mkdir()
            self.connection.session.schemas = None
            count += self.get("auto")
        return count

    def from_file(self) -> int:
        """As all other tasks of a run have it, each in a fork of its own."""
        count = 0
        for _number in range(self.gets):
            self.connection.session.schemas = None
            count += self.get("auto")
        return count

    def held(self) -> int:
        """As all but the first turn of a loop have it."""
        return sum(self.get("auto") for _number in range(self.gets))

    def get(self, types: str) -> bool:
        """Whether the answer has the types that it shall have."""
        client = Client(self.connection, types_option.parse(types))
        return isinstance(_reading.get(client, TARGET)["instance"]["ProcessId"], str if types == "text" else int)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gets", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wsman-") as name:
        folder = pathlib.Path(name) / "run"
        folder.mkdir()
        constants.DEFAULT_LOCAL_TMP = str(folder)
        made = Ways(json.loads(os.environ["WSMAN_BENCH_SERVICE"]), arguments.gets, folder)
        ways = {
            "types: text": made.text,
            "schema asked for": made.asked,
            "schema from the run's file": made.from_file,
            "schema held in a loop": made.held,
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(arguments.rounds + 1):
            for name, work in ways.items():
                seconds = measure(work, arguments.gets) / arguments.gets
                if number:  # the first fills caches and opens the connection
                    taken[name].append(seconds)
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
