# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that answers from a script and remembers what it was sent; and bodies to script it with."""

from __future__ import annotations

import contextlib
import re
import types
import uuid

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _compatibility
from ansible_collections.wsman.automation.plugins.plugin_utils._foreign import Given

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:wsman="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    ' xmlns:wsen="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:wxf="http://schemas.xmlsoap.org/ws/2004/09/transfer"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault">'
    "<s:Header><wsa:RelatesTo>{id}</wsa:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


def fault(subcode: str, code: int | None = None, reason: str = "No.", detail: str = "") -> str:
    """The body of a fault as Windows gives it; without *code* and *detail* it has no Detail, as Openwsman's."""
    wsman = f'<f:WSManFault Code="{code}" Machine="box"><f:Message>{reason}</f:Message></f:WSManFault>' if code else ""
    text = f"<wsman:FaultDetail>{detail}</wsman:FaultDetail>" if detail else ""
    return (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason>'
        f"<s:Detail>{text}{wsman}</s:Detail></s:Fault>"
    )


class FakeConnection:
    """Answers the n-th request with the n-th entry of *answers*: the text of a body, or an error to raise."""

    _shell = types.SimpleNamespace(tmpdir="unused")
    mechanism = None

    def __init__(self, answers, options):
        self.answers, self.options = list(answers), options
        self.session = types.SimpleNamespace(profile=None, identified=False, session_id=str(uuid.uuid4()))
        self.session.mechanism = self.mechanism
        self.session.seconds_left = None
        self.sent, self.repeatable, self.unauthenticated = [], [], []
        self.overrides, self.server = {}, None

    def matches_name(self, names):
        return "wsman.automation.wsman" in names

    def override(self, options):
        self.overrides = options

    def session_options(self):
        given = {name: Given(value, f"ansible_wsman_{name}") for name, value in self.options.items()}
        self.session.options = from_options(_compatibility.resolve(given, self.overrides).options)
        return self.session.options

    def parting(self):
        return contextlib.nullcontext()

    def operation(self):
        return contextlib.nullcontext()

    def secrets(self):
        return [self.options["password"]]

    def send_unauthenticated(self, data):
        return self.send(data, unauthenticated=True)

    def send(self, data, *, repeatable=True, changes=False, unauthenticated=False):
        text = data.decode()
        self.sent.append(text)
        self.repeatable.append(repeatable)
        self.unauthenticated.append(unauthenticated)
        answer = self.answers.pop(0)
        if isinstance(answer, WSManError):
            raise answer
        found = re.search("<wsa:MessageID>(.*?)</wsa:MessageID>", text)
        body = ENVELOPE.format(id=found.group(1) if found else "", body=answer).encode()
        return types.SimpleNamespace(body=body, status=200, charset="utf-8", server=self.server)

    @property
    def actions(self):
        """The last part of each Action that was sent; Identify has none."""
        found = [re.search("<wsa:Action[^>]*>([^<]*)</wsa:Action>", text) for text in self.sent]
        return [one.group(1).rpartition("/")[2] if one else "Identify" for one in found]
