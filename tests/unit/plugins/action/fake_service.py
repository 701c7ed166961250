# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that answers from a script and remembers what it was sent; and bodies to script it with."""

from __future__ import annotations

import contextlib
import importlib
import re
import uuid
from types import SimpleNamespace

from ansible.parsing.dataloader import DataLoader

from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _compatibility
from ansible_collections.wsman.automation.plugins.plugin_utils._foreign import Given

WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:wsman="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    ' xmlns:wsen="http://schemas.xmlsoap.org/ws/2004/09/enumeration"'
    ' xmlns:wxf="http://schemas.xmlsoap.org/ws/2004/09/transfer"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault">'
    "<s:Header><wsa:RelatesTo>{id}</wsa:RelatesTo>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


#: Keywords of a task that the actions look at.
TASK = {"async_val": 0, "check_mode": False, "delegate_to": None, "diff": False, "environment": None, "no_log": False}


def act(name, arguments, connection, **keywords):
    """The result of the real action of wsman_*name* over *connection*; *keywords* are those of ``TASK``."""
    module = importlib.import_module(f"ansible_collections.wsman.automation.plugins.action.wsman_{name}")
    task = SimpleNamespace(action=f"wsman.automation.wsman_{name}", args=arguments, **{**TASK, **keywords})
    play_context = SimpleNamespace(password=None, timeout=10)
    return module.ActionModule(task, connection, play_context, DataLoader(), None, None).run(task_vars={})


def fault(subcode: str, code: int | None = None, reason: str = "No.", detail: str = "") -> str:
    """The body of a fault as Windows gives it; without *code* and *detail* it has no Detail, as Openwsman's."""
    wsman = f'<f:WSManFault Code="{code}" Machine="box"><f:Message>{reason}</f:Message></f:WSManFault>' if code else ""
    text = f"<wsman:FaultDetail>{detail}</wsman:FaultDetail>" if detail else ""
    return (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason>'
        f"<s:Detail>{text}{wsman}</s:Detail></s:Fault>"
    )


SCHEMAS = "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*"
GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
NO_SCHEMAS = fault("wsa:DestinationUnreachable", detail=f"{WSMAN}/faultDetail/InvalidResourceURI")
NO_CLASS = fault("wsa:DestinationUnreachable")


class FakeConnection:
    """Answers the n-th request with the n-th entry of *answers*: the text of a body, or an error to raise.

    A pair of texts is a header block and a body.

    Those for the schema of a class are answered from *schemas*, body by name of the class, and noted apart; a service
    without schemas refuses them.
    """

    _shell = SimpleNamespace(tmpdir="unused")
    mechanism = None

    def __init__(self, answers, options):
        self.answers, self.options = list(answers), options
        self.session = SimpleNamespace(
            profile=None, identified=False, robust=False, schemas=None, session_id=str(uuid.uuid4())
        )
        self.session.mechanism = self.mechanism
        self.session.seconds_left = None
        self.sent, self.repeatable, self.unauthenticated = [], [], []
        self.overrides, self.server = {}, None
        self.said_types = None
        self.schemas, self.asked_schemas = {}, []

    def matches_name(self, names):
        return "wsman.automation.wsman" in names

    def override(self, options):
        self.overrides = options

    def session_options(self):
        given = {name: Given(value, f"ansible_wsman_{name}") for name, value in self.options.items()}
        self.session.options = from_options(_compatibility.resolve(given, self.overrides).options)
        return self.session.options

    def types(self):
        return self.said_types

    def parting(self):
        return contextlib.nullcontext()

    def aside(self, seconds):
        return contextlib.nullcontext()

    def operation(self):
        return contextlib.nullcontext()

    def secrets(self):
        return [self.options["password"]]

    def send_unauthenticated(self, data):
        return self.send(data, unauthenticated=True)

    def send(self, data, *, repeatable=True, changes=False, unauthenticated=False, replay=None, meanwhile=None):
        text = data.decode()
        if meanwhile is not None:
            meanwhile()
        if SCHEMAS in text and GET in text:
            return self._answer_schema(text)
        self.sent.append(text)
        self.repeatable.append(repeatable)
        self.unauthenticated.append(unauthenticated)
        return self._answer(text, self.answers.pop(0))

    def _answer_schema(self, text):
        """A CLASS of *schemas* by its name, or the refusal of a service that has none."""
        name = re.search('<wsman:Selector Name="ClassName">(.*?)</wsman:Selector>', text).group(1)
        self.asked_schemas.append(name)
        return self._answer(text, self.schemas.get(name, NO_SCHEMAS if not self.schemas else NO_CLASS))

    def _answer(self, text, answer):
        if isinstance(answer, WSManError):
            raise answer
        found = re.search("<wsa:MessageID>(.*?)</wsa:MessageID>", text)
        header, body = ("", answer) if isinstance(answer, str) else answer
        body = ENVELOPE.format(id=found.group(1) if found else "", header=header, body=body).encode()
        return SimpleNamespace(body=body, status=200, charset="utf-8", server=self.server)

    @property
    def actions(self):
        """The last part of each Action that was sent; Identify has none."""
        found = [re.search("<wsa:Action[^>]*>([^<]*)</wsa:Action>", text) for text in self.sent]
        return [one.group(1).rpartition("/")[2] if one else "Identify" for one in found]
