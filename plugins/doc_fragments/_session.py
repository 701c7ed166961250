# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of one task: ``_argspec.session()``, whose suboptions are the connection plugin's options."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._session``."""

    DOCUMENTATION = r"""
requirements:
  - requests >= 2.32.3 and urllib3 >= 2 (Python libraries, on the control node)
options:
  session:
    description:
      - Options of the connection for this task alone. Each wins over the variable of the connection plugin
        P(wsman.automation.wsman#connection) that says the same; those that are not given stay as the variables have them, and
        so do the defaults that are described there.
      - Together with C(delegate_to=localhost) O(session.host) names the service, as otherwise the service of localhost would be meant.
    type: dict
    suboptions:
      host:
        description:
          - Name or address of the service, an IPv6 address with or without brackets.
        type: str
      scheme:
        description:
          - The protocol. The default is V(http) if O(session.port) is 5985, else V(https).
        type: str
        choices: [http, https]
      port:
        description:
          - The port. The default is 5986 for V(https) and 5985 for V(http) as O(session.scheme).
        type: int
      http_prefix:
        description:
          - The path of the service, with or without slashes around it; V(wsman) is usual.
        type: str
      authentication:
        description:
          - How O(session.user) is authenticated. This version has V(basic) and V(none); the other names are known and refused.
          - V(default) is V(basic) if there is a user, else V(none). With V(none) the user and password of variables are not used.
        type: str
        choices: [default, none, basic, digest, ntlm, negotiate, kerberos, credssp, certificate]
      user:
        description:
          - The user, an account of the service.
        type: str
      password:
        description:
          - The password of O(session.user). One that the service has refused is not sent again in the same task.
        type: str
      message_encryption:
        description:
          - V(never) is the consent to send password and messages in clear over HTTP. V(always) is refused, as V(basic) and V(none)
            as O(session.authentication) cannot encrypt.
        type: str
        choices: [auto, always, never]
      ca_cert:
        description:
          - A file of certificates in PEM form, or a folder of such files, instead of the authorities that the system trusts.
        type: path
      skip_ca_check:
        description:
          - Accept a certificate from any authority, or from none. Its name is still checked.
        type: bool
      skip_cn_check:
        description:
          - Accept a certificate for any name. Its authority is still checked.
        type: bool
      skip_revocation_check:
        description:
          - Accept a revoked certificate. This version checks no revocation lists, so it changes nothing.
        type: bool
      proxy_access_type:
        description:
          - V(none) connects to the service itself. V(environment) uses the proxy that the variables C(https_proxy) and C(no_proxy) of
            the environment name; for HTTPS only.
        type: str
        choices: [none, environment]
      connect_timeout:
        description:
          - Seconds for reaching the service, that is for its name, the connection and the TLS handshake together.
        type: float
      operation_timeout:
        description:
          - Seconds that the service may take for one operation. V(0) tells the service nothing, then its own limit counts.
        type: float
      read_timeout:
        description:
          - Seconds without an octet from the service after which it is given up, longer than O(session.operation_timeout).
        type: float
      deadline:
        description:
          - Seconds after which the task is given up whatever the service does, also if it goes on sending.
        type: float
      max_envelope_size:
        description:
          - The largest answer in octets that the service may send, 8192 or more.
        type: int
      batch_items:
        description:
          - How many items an enumeration asks for at once.
        type: int
      locale:
        description:
          - The language for texts in answers, such as V(en-US).
        type: str
      data_locale:
        description:
          - The language for the format of data in answers. Only Windows is told.
        type: str
      encoding:
        description:
          - The encoding of requests. Answers are read in any.
        type: str
        choices: [utf-8, utf-16]
      profile:
        description:
          - What the service is, for the peculiarities of each kind. V(auto) finds out where that matters.
        type: str
        choices: [auto, windows, omi, openwsman, idrac, amt, generic]
"""
