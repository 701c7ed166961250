# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to a WS-Management service: every connection option, and bytes to the service and back.

Resolves what variables, keywords and the task's ``session`` say to one session, and leaves the sending to
``plugin_utils/_transport.py``. Knows nothing of operations but Identify.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: wsman
short_description: Reach a WS-Management service
description:
  - Carries the requests of the C(wsman_*) modules of this collection to a WS-Management service (Windows WinRM, Open Management
    Infrastructure, Openwsman, iDRAC, Intel AMT) over HTTP or HTTPS.
  - The modules use it by themselves on hosts of any other connection, so that C(ansible_connection) needs not be set. Then they take
    the same variables.
  - Also the variables of an inventory for P(ansible.builtin.winrm#connection) or P(ansible.builtin.psrp#connection) are read. Where a
    variable of this plugin says the same thing, it wins; what O(winrm_transport) and the further options of that kind mean is described
    there.
  - Every option but those can be given with a task, in the option O(ignore:session) of each module, where it wins over all variables.
  - Requests go from the worker process, and one connection serves a task with its whole loop. Proxies, certificate bundles and
    credentials that the environment names for other programs are not used.
  - >-
    This connection runs no commands. A play on it needs C(gather_facts: false), and M(ansible.builtin.wait_for_connection) gets no
    further than the answer of the service; use M(wsman.automation.wsman_identify) with C(until: result is reachable) instead.
author:
  - The wsman.automation authors (!UNKNOWN)
requirements:
  - requests >= 2.32.3 and urllib3 >= 2 (Python libraries)
  - cryptography (Python library), for O(skip_ca_check) without O(skip_cn_check) only
options:
  host:
    description:
      - Name or address of the service, an IPv6 address with or without brackets.
      - The certificate of the service must be for this name or address unless O(skip_cn_check) is set.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
      - name: ansible_winrm_host
      - name: ansible_psrp_host
      - name: ansible_wsman_host
  scheme:
    description:
      - The protocol. The default is V(http) if O(port) is 5985, else V(https).
    type: str
    choices: [http, https]
    vars:
      - name: ansible_winrm_scheme
      - name: ansible_psrp_protocol
      - name: ansible_wsman_scheme
  port:
    description:
      - The port. The default is 5986 for V(https) and 5985 for V(http) as O(scheme).
      - C(ansible_port) and the keyword C(port) are used if the connection of the host is this one, C(winrm) or C(psrp). On hosts of any
        other connection they are the port of that one, and used only if they are 5985 or 5986.
    type: int
    vars:
      - name: ansible_port
      - name: ansible_winrm_port
      - name: ansible_psrp_port
      - name: ansible_wsman_port
    keyword:
      - name: port
  http_prefix:
    description:
      - The path of the service, with or without slashes around it.
    type: str
    default: wsman
    vars:
      - name: ansible_winrm_path
      - name: ansible_psrp_path
      - name: ansible_wsman_http_prefix
  authentication:
    description:
      - How O(user) is authenticated. This version has V(basic) and V(none); the other names are known and refused.
      - V(default) is V(basic) if there is a user, else V(none).
      - V(basic) sends the password itself, with the first request. Over HTTP it is refused unless O(message_encryption) is V(never).
      - With V(none) a service answers little but M(wsman.automation.wsman_identify). Users and passwords that variables of other
        plugins give are not used with it.
    type: str
    choices: [default, none, basic, digest, ntlm, negotiate, kerberos, credssp, certificate]
    default: default
    vars:
      - name: ansible_wsman_authentication
  user:
    description:
      - The user, an account of the service. It is never shown.
    type: str
    vars:
      - name: ansible_user
      - name: ansible_winrm_user
      - name: ansible_psrp_user
      - name: ansible_wsman_user
    keyword:
      - name: remote_user
  password:
    description:
      - The password of O(user). It is never shown. A password that the service has refused is not sent again in the same task, neither
        for a further item of a loop nor for a retry.
    type: str
    vars:
      - name: ansible_password
      - name: ansible_winrm_pass
      - name: ansible_winrm_password
      - name: ansible_wsman_password
  message_encryption:
    description:
      - Encryption of the messages by the authentication. V(auto) encrypts over HTTP, where TLS does not.
      - V(basic) and V(none) as O(authentication) cannot encrypt. For them V(always) is refused, and V(never) is the consent to send
        password and messages in clear over HTTP. It is refused over HTTPS.
    type: str
    choices: [auto, always, never]
    default: auto
    vars:
      - name: ansible_winrm_message_encryption
      - name: ansible_psrp_message_encryption
      - name: ansible_wsman_message_encryption
  ca_cert:
    description:
      - A file of certificates in PEM form, or a folder of such files. Authorities in it may issue the certificate of the service, and no
        others.
      - The default is what the system trusts. That is for OpenSSL to say, so that its own variables C(SSL_CERT_FILE) and C(SSL_CERT_DIR)
        count.
    type: path
    vars:
      - name: ansible_psrp_cert_trust_path
      - name: ansible_psrp_ca_cert
      - name: ansible_wsman_ca_cert
  skip_ca_check:
    description:
      - Accept a certificate from any authority, or from none. Its name is still checked.
      - Whoever can put himself in between reads the password then.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_skip_ca_check
  skip_cn_check:
    description:
      - Accept a certificate for any name. Its authority is still checked.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_skip_cn_check
  skip_revocation_check:
    description:
      - Accept a revoked certificate. This version checks no revocation lists, so it changes nothing.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_skip_revocation_check
  proxy_access_type:
    description:
      - V(none) connects to the service itself. V(environment) uses the proxy that the variables C(https_proxy) and C(no_proxy) of the
        environment name; for HTTPS only.
    type: str
    choices: [none, environment]
    default: none
    vars:
      - name: ansible_wsman_proxy_access_type
  connect_timeout:
    description:
      - Seconds for reaching the service, that is for its name, the connection and the TLS handshake together.
    type: float
    default: 30
    vars:
      - name: ansible_psrp_connection_timeout
      - name: ansible_wsman_connect_timeout
  operation_timeout:
    description:
      - Seconds that the service may take for one operation. V(0) tells the service nothing, then its own limit counts.
    type: float
    default: 60
    vars:
      - name: ansible_winrm_operation_timeout_sec
      - name: ansible_winrm_connection_timeout
      - name: ansible_psrp_operation_timeout
      - name: ansible_wsman_operation_timeout
  read_timeout:
    description:
      - Seconds without an octet from the service after which it is given up. It must be longer than O(operation_timeout).
      - The default is O(operation_timeout) and 10 more, and 70 if that is V(0).
      - A request that changes something is not sent again after this.
    type: float
    vars:
      - name: ansible_winrm_read_timeout_sec
      - name: ansible_psrp_read_timeout
      - name: ansible_wsman_read_timeout
  deadline:
    description:
      - Seconds after which a task is given up whatever the service does, also if it goes on sending. It covers the connection, the TLS
        handshake, all requests of the task, repetitions and whole answers. Each item of a loop begins anew. There is none by default.
      - An enumeration that is given up is released on the service. That has one second, which may come on top.
    type: float
    vars:
      - name: ansible_wsman_deadline
  max_envelope_size:
    description:
      - The largest answer in octets that the service may send, 8192 or more.
    type: int
    default: 512000
    vars:
      - name: ansible_psrp_max_envelope_size
      - name: ansible_wsman_max_envelope_size
  batch_items:
    description:
      - How many items an enumeration asks for at once.
    type: int
    default: 100
    vars:
      - name: ansible_wsman_batch_items
  locale:
    description:
      - The language for texts in answers, such as V(en-US).
    type: str
    default: en-US
    vars:
      - name: ansible_wsman_locale
  data_locale:
    description:
      - The language for the format of data in answers. Only Windows is told.
    type: str
    default: en-US
    vars:
      - name: ansible_wsman_data_locale
  encoding:
    description:
      - The encoding of requests. Answers are read in any.
    type: str
    choices: [utf-8, utf-16]
    default: utf-8
    vars:
      - name: ansible_wsman_encoding
  profile:
    description:
      - What the service is, for the peculiarities of each kind. V(auto) finds out where that matters.
    type: str
    choices: [auto, windows, omi, openwsman, idrac, amt, generic]
    default: auto
    vars:
      - name: ansible_wsman_profile
  effective_connection:
    description:
      - Read to know what C(ansible_port) belongs to; see O(port). It cannot be given with a task.
    type: str
    vars:
      - name: ansible_connection
  winrm_transport:
    description:
      - Used for O(authentication) if that is not set. The first of the list that this version has; V(plaintext) and V(ssl) mean
        V(basic). It cannot be given with a task.
    type: list
    elements: str
    vars:
      - name: ansible_winrm_transport
  winrm_server_cert_validation:
    description:
      - Used for O(skip_ca_check) and O(skip_cn_check) if they are not set. V(ignore) sets both, and means nothing over HTTP. It cannot be
        given with a task.
    type: str
    vars:
      - name: ansible_winrm_server_cert_validation
  winrm_ca_trust_path:
    description:
      - Used for O(ca_cert) if that is not set. V(legacy_requests) means the authorities of the system. It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_winrm_ca_trust_path
  winrm_cert_pem:
    description:
      - With it V(ssl) in O(winrm_transport) asks for a client certificate, which this version does not have. It cannot be given with a
        task.
    type: raw
    vars:
      - name: ansible_winrm_cert_pem
  winrm_proxy:
    description:
      - V(legacy_requests) is V(environment) for O(proxy_access_type) if that is not set. A URL is refused. It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_winrm_proxy
  psrp_auth:
    description:
      - Used for O(authentication) if that is not set. It cannot be given with a task.
    type: str
    vars:
      - name: ansible_psrp_auth
  psrp_cert_validation:
    description:
      - Used for O(skip_ca_check) and O(skip_cn_check) if they are not set. V(ignore) and false set both, and mean nothing over HTTP. A
        path is used for O(ca_cert). It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_psrp_cert_validation
  psrp_proxy:
    description:
      - A URL is refused. It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_psrp_proxy
  psrp_ignore_proxy:
    description:
      - V(false) is V(environment) for O(proxy_access_type) if that is not set, and means nothing over HTTP. It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_psrp_ignore_proxy
"""

import contextlib
import dataclasses
import typing as t
import uuid

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.connection import ConnectionBase
from ansible.utils.display import Display

from ansible_collections.wsman.automation.plugins.module_utils._wsman import envelope, operations
from ansible_collections.wsman.automation.plugins.module_utils._wsman.errors import UsageError, WSManError
from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions, from_options
from ansible_collections.wsman.automation.plugins.plugin_utils import _compatibility, _transport

display = Display()

NO_COMMANDS = (
    "The connection wsman.automation.wsman runs no commands and copies no files: it carries the requests of the wsman_* "
    "modules. Set gather_facts: false on a play that uses it. To wait for the service use wsman_identify with "
    "until: result is reachable."
)
_said: set[tuple[str, str]] = set()


class Connection(ConnectionBase):
    """One host's service. Cheap to make: nothing is resolved before it is asked for, nothing sent before ``send``."""

    transport = "wsman.automation.wsman"
    has_pipelining = False
    allow_executable = False

    #: Whether the host's ansible_port comes from the inventory. Core's winrm puts one there itself (ansible.md §1); who
    #: opens this connection beside a task's own one knows the difference.
    port_is_set = True

    #: The connection that the host really has, named by who opens this one beside it; else a variable tells. A delegate's
    #: variables name none where it is the default one.
    beside: str | None = None

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(*arguments, **options)
        self._task_session: dict[str, t.Any] = {}
        self._resolved: SessionOptions | None = None

    def set_options(self, *arguments: t.Any, **options: t.Any) -> None:
        super().set_options(*arguments, **options)
        self._resolved = None

    def override(self, session: t.Mapping[str, t.Any]) -> None:
        """The task's own options, by name; they win over all others and replace those of an earlier call."""
        self._task_session = dict(session)
        self._resolved = None

    def session_options(self) -> SessionOptions:
        """What all options together mean. Raises UsageError."""
        if self._resolved is None:
            resolution = _compatibility.resolve(
                self._given(), self._task_session, connection=self._effective(), port_is_set=self.port_is_set
            )
            self._resolved = from_options(resolution.options)
            self._say(resolution.notes, self._resolved.host)
        return self._resolved

    @property
    def session(self) -> _transport.Session:
        """The HTTP session of these options, shared with equal ones in this process. Raises UsageError."""
        return _transport.session(self.session_options())

    def send(self, data: bytes, *, repeatable: bool = True, changes: bool | None = None) -> _transport.Answer:
        """Send a SOAP message, return the one that answers it. Raises UsageError and TransportError."""
        return self.session.send(data, repeatable=repeatable, changes=changes)

    def send_unauthenticated(self, data: bytes) -> _transport.Answer:
        """Send an Identify without credentials, as a service answers it to everybody (MS-WSMV 3.1.4.1.21)."""
        anonymous = _transport.session(self.session_options().anonymous())
        return anonymous.send(data, headers=_transport.UNAUTHENTICATED)

    def operation(self) -> contextlib.AbstractContextManager[None]:
        """A context in which all requests share one ``deadline``."""
        return self.session.operation()

    def parting(self) -> contextlib.AbstractContextManager[None]:
        """A context in which what is owed to the service has a second, also where the ``deadline`` has passed."""
        return self.session.parting()

    def secrets(self) -> list[str]:
        """Every text that no output may show, also where the options contradict each other."""
        found = {str(one) for one in (self.get_option("password"), self._task_session.get("password")) if one}
        with contextlib.suppress(UsageError):
            found.update(self.session_options().secrets)
        return sorted(found)

    def transport_test(self, connect_timeout: float | None) -> None:
        """Ask the service what it is; core's wait_for_connection calls this until it raises nothing."""
        try:
            options = self.session_options()
            if connect_timeout:
                seconds = float(connect_timeout)
                options = dataclasses.replace(options, connect_timeout=seconds, read_timeout=max(seconds, 10.0))
            with contextlib.closing(_transport.Session(options)) as session:
                message_id = str(uuid.uuid4())
                request = envelope.dump(operations.identify(), envelope.Settings(to=options.url), message_id)
                answer = session.send(request)
                response = envelope.load(answer.body, charset=answer.charset, http_status=answer.status)
                operations.read_identify(response)
        except WSManError as error:
            raise AnsibleConnectionFailure(str(error)) from error

    def _connect(self) -> Connection:
        """Nothing is opened: the first request does that."""
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> t.NoReturn:
        raise AnsibleError(NO_COMMANDS)

    def put_file(self, in_path: str, out_path: str) -> t.NoReturn:
        raise AnsibleError(NO_COMMANDS)

    def fetch_file(self, in_path: str, out_path: str) -> t.NoReturn:
        raise AnsibleError(NO_COMMANDS)

    def close(self) -> None:
        """Close the HTTP session of these options."""
        self._connected = False
        if self._resolved is not None:
            _transport.close(self._resolved)
            _transport.close(self._resolved.anonymous())

    def reset(self) -> None:
        """The same: the next request opens anew."""
        self.close()

    def _given(self) -> dict[str, _compatibility.Given]:
        """What variables and keywords have set, with where it comes from; defaults are ``from_options``' business."""
        given = {}
        for name in self.option_definitions:
            value, origin = self.get_option_and_origin(name)
            if value is not None and origin != "default":
                given[name] = _compatibility.Given(value, str(origin).removeprefix("var: "))
        return given

    def _effective(self) -> str | None:
        """The connection of the host, which is another one where a module opens this one by itself."""
        name = self.beside or self.get_option("effective_connection")
        return None if name is None else str(name)

    def _say(self, notes: t.Sequence[tuple[int, str]], host: str) -> None:
        """Once a process and host, not once an item."""
        for verbosity, text in notes:
            if (host, text) not in _said:
                _said.add((host, text))
                display.verbose(text, host=host, caplevel=verbosity - 1)
