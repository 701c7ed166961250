# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make sandbox`: runs the bundled service in the foreground and prints an inventory and a command to try."""

from __future__ import annotations

import signal
import sys

import bootstrap
import service
import trees

INVENTORY = bootstrap.ROOT / ".build" / "sandbox" / "inventory.yml"


def run(environment: bootstrap.Environment, arguments: list[str]) -> None:
    trees.link()
    with service.running(environment, *arguments) as facts:
        text = service.write_inventory(INVENTORY, facts, "server1")
        command = f"{environment.path.name}/bin/ansible -i {INVENTORY.relative_to(bootstrap.ROOT)} server1"
        print(f"\nThe bundled service answers at https://{facts['host']}:{facts['https_port']}/wsman")
        print(f"                       and http://{facts['host']}:{facts['http_port']}/wsman\n")
        print(f"An inventory for it, as {INVENTORY.relative_to(bootstrap.ROOT)}:\n")
        print("".join(f"    {line}\n" for line in text.splitlines()))
        print("Try, in this folder, in another terminal:\n")
        print(f"    {command} -m wsman_get -a resource_uri=winrm/config\n")
        print("Ctrl-C ends the service.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("\nended")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        run(bootstrap.prepare("any", ["sandbox"]), sys.argv[1:])
    except bootstrap.SetupError as error:
        sys.exit(str(error))
