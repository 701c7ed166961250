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
import pathlib
import shutil
import tempfile
import typing

from ansible import constants
from client import Connection, Facts, connect, service_facts, take_turns

from ansible_collections.wsman.automation.plugins.module_utils._wsman import addressing, types_option
from ansible_collections.wsman.automation.plugins.plugin_utils import _reading
from ansible_collections.wsman.automation.plugins.plugin_utils._client import Client

TARGET = addressing.Target(
    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service", {"Name": "Spooler"}
)


class Ways:
    """One open connection to the service, on which each way is a function that does *gets* Gets."""

    def __init__(self, facts: Facts, gets: int, folder: pathlib.Path) -> None:
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


def checked(work: typing.Callable[[], int], expected: int) -> typing.Callable[[], None]:
    """*work*, which has to do all that it shall."""

    def check() -> None:
        count = work()
        if count != expected:
            raise SystemExit(f"{work.__name__}: {count} of {expected} have the types that they shall have")

    return check


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gets", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wsman-") as name:
        folder = pathlib.Path(name) / "run"
        folder.mkdir()
        constants.DEFAULT_LOCAL_TMP = str(folder)
        made = Ways(service_facts(), arguments.gets, folder)
        ways = {
            "types: text": made.text,
            "schema asked for": made.asked,
            "schema from the run's file": made.from_file,
            "schema held in a loop": made.held,
        }
        taken = take_turns(arguments.rounds, {name: checked(way, arguments.gets) for name, way in ways.items()})
    print(json.dumps({name: [seconds / arguments.gets for seconds in one["seconds"]] for name, one in taken.items()}))


if __name__ == "__main__":
    main()
