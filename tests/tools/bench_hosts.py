# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Get in plays: beside doing nothing, beside what people use otherwise, by distance and by number of hosts."""

from __future__ import annotations

import dataclasses
import sys

from bench_figures import Figure, Part, ratios, shown
from bench_play import LOCAL, ROOT, WINRM, Bench, Play, Run, say

sys.path.insert(0, str(ROOT / "tests"))
from parts.relay import Relay

TASKS = 5
MANY_FORKS = 50
UNKEPT = {"ansible_wsman_keep_session": False}
DISTANCE = 0.05  # seconds of a round trip

ASSERT = {"ansible.builtin.assert": {"that": "inventory_hostname is defined", "quiet": True}}
GET = {"wsman.automation.wsman_get": {"resource_uri": "winrm/config"}}
GET_TYPED = {"wsman.automation.wsman_get": {"resource_uri": "wmicimv2/Win32_Service?Name=Spooler"}}
ENVELOPE = """\
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>
<a:To>https://{{ ansible_host }}:{{ ansible_wsman_port }}/wsman</a:To>
<w:ResourceURI s:mustUnderstand="true">http://schemas.microsoft.com/wbem/wsman/1/config</w:ResourceURI>
<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>
<a:Action s:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>
<a:MessageID>uuid:{{ 4294967295 | random | to_uuid }}</a:MessageID>
<w:OperationTimeout>PT60S</w:OperationTimeout></s:Header><s:Body/></s:Envelope>
"""
URI = {
    "ansible.builtin.uri": {
        "url": "https://{{ ansible_host }}:{{ ansible_wsman_port }}/wsman",
        "method": "POST",
        "user": "{{ ansible_user }}",
        "password": "{{ ansible_password }}",
        "force_basic_auth": True,
        "ca_path": "{{ ansible_wsman_ca_cert }}",
        "headers": {"Content-Type": "application/soap+xml;charset=UTF-8"},
        "return_content": True,
        "body": ENVELOPE,
    }
}
ECHO = {"ansible.builtin.raw": "echo ready", "ignore_errors": True, "ignore_unreachable": True}


def measure_get(bench: Bench, *, quick: bool = False) -> Part:
    """A Get of each host beside doing nothing and beside what people do without this collection; *quick* without these.

    What others need for one Get takes so long that they do it once.
    """
    nothing, kept = Play([ASSERT] * TASKS, bench.hosts, connection=LOCAL), Play([GET] * TASKS, bench.hosts)
    plays = {"assert": nothing, "wsman_get": kept}
    if not quick:
        plays["wsman_get, not kept"] = dataclasses.replace(kept, options=UNKEPT)
        plays["uri"] = dataclasses.replace(nothing, tasks=[URI])
        plays["winrm"] = Play([ECHO], bench.hosts, connection=WINRM)
    runs = bench.take_turns(plays)
    part = Part(
        f"{bench.hosts} hosts x {TASKS} tasks (uri and winrm: 1), 10 forks, HTTPS: milliseconds per host and task"
    )
    part.lines = [_costs(name, plays[name], runs[name]) for name in plays]
    part.lines += [_connections(name, runs[name]) for name in plays if name.startswith("wsman_get")]
    later = {name: _later(plays[name], runs[name]) for name in ("wsman_get", "assert")}
    part.lines += [shown("wsman_get, the tasks after the first", later["wsman_get"], "ms")]
    part.lines += [shown("wsman_get : assert, the tasks after the first", ratios(*later.values()), "x")]
    each = {name: [run.per_host_task(plays[name]) for run in runs[name]] for name in plays}
    part.figures = [Figure("wsman_get : assert", ratios(each["wsman_get"], each["assert"]), most=1.15)]
    if not quick:
        unkept = ratios(each["wsman_get, not kept"], each["assert"])
        part.figures += [
            Figure("wsman_get : assert, with keep_session false", unkept, aim=1.5),
            Figure("uri with SOAP written by hand : wsman_get", ratios(each["uri"], each["wsman_get"]), least=12),
        ]
        _add_winrm(part, ratios(each["winrm"], each["wsman_get"]), runs["winrm"][0])
    return part


def _add_winrm(part: Part, slower: list[float], run: Run) -> None:
    """An echo by core's winrm connection: as far as it comes, for not every service has shells."""
    if run.outcomes.get("ok"):
        part.figures += [Figure("an echo by core's winrm connection : wsman_get", slower)]
        return
    part.figures += [Figure("core's winrm connection, up to the refusal of a shell : wsman_get", slower)]
    said = " ".join((run.said or "").split())[:90]
    part.lines += [
        "  winrm: no echo came, for the service has no shells yet. This is how long it takes until its request for one",
        f"  is refused; an echo takes four requests more. It said: {said} ...",
    ]


def measure_trips(bench: Bench) -> Part:
    """Ten tasks of one Get far away; the relay counts the round trips, the TCP handshake's among them."""
    account = {"ansible_wsman_authentication": "ntlm", "ansible_wsman_message_encryption": "always"}
    part = Part(f"10 tasks of one Get, HTTP, NTLM, encrypted, a round trip of {1000 * DISTANCE:g} ms to the service")
    found: dict[str, list[tuple[Run, int]]] = {"kept": [], "not kept": []}
    for number in range(bench.rounds):
        for name, more in (("kept", {}), ("not kept", UNKEPT)):
            say(f"  run {number + 1} of {bench.rounds}: {name}")
            with Relay(bench.facts["http_port"], DISTANCE) as relay:
                play = Play([GET_TYPED] * 10, scheme="http", port=relay.port, options={**account, **more})
                found[name].append((bench.play(play), relay.round_trips))
    for name, runs in found.items():
        part.lines += [shown(f"the ten tasks, sessions {name}", [run.seconds for run, _trips in runs], "s")]
    trips = {name: [float(count) for _run, count in runs] for name, runs in found.items()}
    part.lines += [shown("round trips, sessions not kept", trips["not kept"], "")]
    part.figures = [Figure("round trips in all, sessions kept", trips["kept"], "", most=16)]
    return part


def measure_hosts(bench: Bench) -> Part:
    """Many hosts, and the cost by their number; the process that keeps the sessions is looked at meanwhile."""
    many = bench.most_hosts
    sizes = [size for size in (1, 10, 100, 1000) if size < many] + [many]
    nothing = {size: Play([ASSERT] * TASKS, size, MANY_FORKS, LOCAL) for size in sizes}
    gets = {size: Play([GET] * TASKS, size, MANY_FORKS, watch=True) for size in sizes}
    plays: dict[str, Play] = {}
    for size in sizes:
        plays |= {f"assert, {size} hosts": nothing[size], f"wsman_get, {size} hosts": gets[size]}
    runs = bench.take_turns(plays)
    part = Part(f"{TASKS} tasks, {MANY_FORKS} forks, HTTPS, sessions kept: milliseconds per host and task")
    part.lines = [_costs(name, plays[name], runs[name]) for name in plays]
    held = runs[f"wsman_get, {many} hosts"]
    ratio = ratios(*([run.seconds for run in some] for some in (held, runs[f"assert, {many} hosts"])))
    part.figures = [Figure(f"wsman_get : assert, {many:,} hosts", ratio, most=1.25), *_memory(held, many)]
    part.lines += [_connections(f"wsman_get, {many} hosts", held), _files(held)]
    for name, kind in (("assert", nothing), ("wsman_get", gets)):
        costs = {
            size: [run.per_host_task(play) for run in runs[f"{name}, {size} hosts"]] for size, play in kind.items()
        }
        part.data[name] = {str(size): one for size, one in costs.items()}
    return part


def _memory(runs: list[Run], many: int) -> list[Figure]:
    """Of the process that keeps the sessions; who is not root sees its resident memory alone, which is no less."""
    text = f"the process that keeps {many:,} sessions, "
    peaks = [run.holder for run in runs if run.holder is not None]
    if not peaks:
        return [Figure(f"{text}PSS", [], "MB", most=300, reason="there was no such process")]
    shares = [one.pss for one in peaks if one.pss is not None]
    if len(shares) == len(peaks):
        return [Figure(f"{text}PSS", shares, "MB", most=300)]
    resident = [one.resident for one in peaks if one.resident is not None]
    return [Figure(f"{text}resident (PSS is less: root alone sees it)", resident, "MB", most=300)]


def _files(runs: list[Run]) -> str:
    peaks = [run.holder for run in runs if run.holder is not None]
    seen = [one.files for one in peaks if one.files is not None]
    bound = next((one.bound for one in peaks if one.bound is not None), None)
    return f"  open files of that process: at most {max(seen) if seen else 'unknown (root alone sees it)'} of {bound}"


def _costs(name: str, play: Play, runs: list[Run]) -> str:
    busy = sum(run.share for run in runs) / len(runs)
    return f"{shown(name, [run.per_host_task(play) for run in runs], 'ms')}  the service: {busy:.0%} of the processors"


def _connections(name: str, runs: list[Run]) -> str:
    """What the service counted, so that it is known whether sessions were kept."""
    counts = runs[-1].counts
    handshakes = counts.get("tls_handshakes", {}).get("completed")
    return f"  {name}: {counts['connections']} connections, {handshakes} TLS handshakes, {counts['requests']} requests"


def _later(play: Play, runs: list[Run]) -> list[float]:
    """Milliseconds per host and task without the first one, which opens sessions."""
    return [1000 * sum(run.tasks[1:]) / (play.hosts * (len(run.tasks) - 1)) for run in runs]
