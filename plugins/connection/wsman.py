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
  - A connection that is open and authenticated is kept for the tasks that follow, by one process of the run; see O(keep_session). Proxies
    and certificate bundles that the environment names for other programs are not used.
  - >-
    This connection runs no commands. A play on it needs C(gather_facts: false), and M(ansible.builtin.wait_for_connection) gets no
    further than the answer of the service; use M(wsman.automation.wsman_identify) with C(until: result is reachable) instead.
author:
  - The wsman.automation authors (!UNKNOWN)
requirements:
  - requests >= 2.32.3 and urllib3 >= 2 (Python libraries)
  - pyspnego (Python library), for V(ntlm), V(negotiate), V(kerberos) and V(credssp) as O(authentication)
  - gssapi and krb5 (Python libraries) with the Kerberos library of the system, for V(kerberos), and for V(negotiate) with an account of
    a domain
  - cryptography (Python library), for V(ntlm), V(negotiate), V(kerberos) and V(credssp) over HTTPS, for O(certificate_pfx), and for
    O(skip_ca_check) without O(skip_cn_check)
options:
  connection_string:
    description:
      - Where the service is, in one text C([http[s]://]host[:port][/prefix]) as Windows takes it. It stands for O(host), O(scheme), O(port)
        and O(http_prefix) together.
      - As with Windows the port is 80 or 443 where the text names a protocol and no port, and 5985 or 5986 where it names neither.
      - In O(ignore:session) of a task it is called C(connection). Here that name would be taken for the keyword C(connection).
    type: str
    vars:
      - name: ansible_wsman_connection
  flags:
    description:
      - Session flags by Windows' names, with or without C(WSManFlag) before them and in any case, or as numbers, such as
        V(UseKerberos), V(WSManFlagUseSsl) or V(0x8000000). Several numbers may be added up.
      - A flag says the same as the option that it belongs to, such as O(authentication) or O(skip_ca_check). Both may be given if they
        agree.
      - A list, or one name or number.
    type: raw
    vars:
      - name: ansible_wsman_flags
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
      - How O(user) is authenticated, V(default), V(none), V(basic), V(digest), V(ntlm), V(negotiate), V(kerberos), V(credssp) or
        V(certificate), in upper or lower case. V(NtlmDomain), as C(New-CimSession) calls it, is V(ntlm).
      - V(default) decides as Windows does. For the control node itself and for a trusted host it is V(negotiate), but V(kerberos) for the
        latter if there is a ticket and no O(user). For any other host it is V(kerberos), if there is a ticket or a user with a realm, and
        an error if there is neither or the host is given by its address. A host is trusted over HTTPS, and over HTTP if O(trusted_hosts)
        names it.
      - That is the rule of Windows' reference for C++. Its page for scripts says V(negotiate) in all cases. Name V(negotiate) or V(kerberos)
        to have either.
      - V(negotiate) is V(kerberos) for an account of a domain and V(ntlm) for an account of the host itself. It goes from the one to the
        other only where no KDC knows of realm, user or host, and never after a refusal.
      - V(ntlm), V(kerberos), V(negotiate) and V(credssp) encrypt the messages over HTTP. V(credssp) hands the password itself to the
        service, for further logins from there.
      - V(basic) sends the password with the first request, V(digest) a proof of it. Neither can encrypt, so over HTTP they are refused
        unless O(message_encryption) is V(never).
      - V(certificate) is a client certificate, for HTTPS only; see O(certificate_pem) and O(certificate_pfx).
      - With V(none) a service answers little but M(wsman.automation.wsman_identify).
      - With V(none) and V(certificate) users and passwords that variables of other plugins give are not used.
    type: str
    default: default
    vars:
      - name: ansible_wsman_authentication
  user:
    description:
      - The user, as V(user@REALM) or V(DOMAIN\\user) for an account of a domain. V(user), V(computer\\user) and V(.\\user) are accounts of
        the host itself. Errors of Kerberos name it; nothing else shows it.
      - For V(kerberos) without O(password) it is the principal whose ticket is used.
    # not str: core shows a value that is no text, such as a dictionary with the password in it
    type: raw
    vars:
      - name: ansible_user
      - name: ansible_winrm_user
      - name: ansible_psrp_user
      - name: ansible_wsman_user
    keyword:
      - name: remote_user
  password:
    description:
      - The password of O(user). It is never shown. A password that a KDC or the service has refused is not sent again in the same task,
        neither by another authentication nor for a further item of a loop nor for a retry.
    type: raw
    vars:
      - name: ansible_password
      - name: ansible_winrm_pass
      - name: ansible_winrm_password
      - name: ansible_wsman_password
  message_encryption:
    description:
      - Encryption of the messages by the authentication. V(auto) encrypts over HTTP, where TLS does not, and V(always) over HTTPS too.
      - V(never) is the consent to send everything in clear over HTTP, with V(basic) also the password. It is refused over HTTPS.
      - V(none), V(basic), V(digest) and V(certificate) as O(authentication) cannot encrypt. V(always) is refused for them.
    type: str
    choices: [auto, always, never]
    default: auto
    vars:
      - name: ansible_winrm_message_encryption
      - name: ansible_psrp_message_encryption
      - name: ansible_wsman_message_encryption
  channel_binding:
    description:
      - Whether V(ntlm), V(negotiate) and V(kerberos) tell the service over HTTPS which certificate they saw, so that nobody in between can
        use the login for himself. V(auto) does.
      - V(always) is refused where the authentication cannot do that. V(never) is for a TLS terminator before the service.
    type: str
    choices: [auto, always, never]
    default: auto
    vars:
      - name: ansible_wsman_channel_binding
  trusted_hosts:
    description:
      - Hosts that credentials may go to over HTTP, as names with V(*) in them, V(*) alone for all, and V(<local>) for names without a dot.
        V(kerberos) needs no trust.
      - Without it a host is trusted whose O(authentication) is named. With it nothing else counts over HTTP.
    type: list
    elements: str
    vars:
      - name: ansible_wsman_trusted_hosts
  implicit_credentials:
    description:
      - Let V(negotiate) log in over HTTPS with what the control node has, without O(user) and O(password).
      - Users and passwords that variables of other plugins give are not used then.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_implicit_credentials
  negotiate_service:
    description:
      - The service part of the name by which Kerberos knows the service. The default is C(host), then C(HTTP), then C(WSMAN), whichever the
        KDC knows first.
    type: str
    vars:
      - name: ansible_winrm_service
      - name: ansible_psrp_negotiate_service
      - name: ansible_wsman_negotiate_service
  negotiate_hostname_override:
    description:
      - The host part of that name. The default is O(host).
    type: str
    vars:
      - name: ansible_winrm_kerberos_hostname_override
      - name: ansible_psrp_negotiate_hostname_override
      - name: ansible_wsman_negotiate_hostname_override
  spn_server_port:
    description:
      - Put the port into that name. For V(negotiate) and V(kerberos) only.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_spn_server_port
  kerberos_ccache:
    description:
      - The credential cache with the ticket to use, such as V(FILE:/tmp/krb5cc_1000). It is read and never written to. The default is the
        default of the Kerberos library.
    type: str
    vars:
      - name: ansible_wsman_kerberos_ccache
  kerberos_keytab:
    description:
      - A keytab with the key of O(user), to be used instead of a password.
    type: str
    vars:
      - name: ansible_wsman_kerberos_keytab
  kerberos_delegation:
    description:
      - Let the service act for O(user) on further hosts. It is an error if the ticket cannot be forwarded.
    type: bool
    default: false
    vars:
      - name: ansible_winrm_kerberos_delegation
      - name: ansible_psrp_negotiate_delegate
      - name: ansible_wsman_kerberos_delegation
  credssp_auth_mechanism:
    description:
      - What V(credssp) authenticates by.
    type: str
    choices: [auto, kerberos, ntlm]
    default: auto
    vars:
      - name: ansible_winrm_credssp_auth_mechanism
      - name: ansible_psrp_credssp_auth_mechanism
      - name: ansible_wsman_credssp_auth_mechanism
  credssp_disable_tlsv1_2:
    description:
      - Let V(credssp) use versions of TLS before 1.2 inside, for hosts that have nothing else.
    type: bool
    default: false
    vars:
      - name: ansible_winrm_credssp_disable_tlsv1_2
      - name: ansible_psrp_credssp_disable_tlsv1_2
      - name: ansible_wsman_credssp_disable_tlsv1_2
  credssp_minimum_version:
    description:
      - The least version of V(credssp) that the service must have. From V(5) on it has the remedy for CVE-2018-0886.
    type: int
    vars:
      - name: ansible_winrm_credssp_minimum_version
      - name: ansible_psrp_credssp_minimum_version
      - name: ansible_wsman_credssp_minimum_version
  certificate_pem:
    description:
      - The file of the client certificate for V(certificate) as O(authentication), in PEM form. It may hold the key too.
    type: path
    vars:
      - name: ansible_winrm_cert_pem
      - name: ansible_psrp_certificate_pem
      - name: ansible_wsman_certificate_pem
  certificate_key_pem:
    description:
      - The file of the key of O(certificate_pem).
    type: path
    vars:
      - name: ansible_winrm_cert_key_pem
      - name: ansible_psrp_certificate_key_pem
      - name: ansible_wsman_certificate_key_pem
  certificate_key_password:
    description:
      - What opens the key, or O(certificate_pfx). It is never shown.
    type: raw
    vars:
      - name: ansible_psrp_certificate_key_password
      - name: ansible_wsman_certificate_key_password
  certificate_pfx:
    description:
      - A PKCS#12 file with certificate and key, instead of O(certificate_pem).
    type: path
    vars:
      - name: ansible_wsman_certificate_pfx
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
      - Whoever can put himself in between reads what is sent then.
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
      - Accept a revoked certificate, also where O(crl_file) is given.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_skip_revocation_check
  certificate_fingerprint:
    description:
      - The SHA-256 fingerprint of the certificate of the service, in hexadecimal digits with or without colons. Only this certificate is
        accepted then, and neither its authority nor its name is looked at.
    type: str
    vars:
      - name: ansible_wsman_certificate_fingerprint
  crl_file:
    description:
      - A file of revocation lists in PEM or DER form. A certificate on them is refused, and so is one whose authority has none in it. Without it
        revocation is not checked.
    type: path
    vars:
      - name: ansible_wsman_crl_file
  tls_minimum_version:
    description:
      - The oldest version of TLS to accept, V(1.0) to V(1.3). The default is that of OpenSSL.
    type: str
    vars:
      - name: ansible_wsman_tls_minimum_version
  tls_maximum_version:
    description:
      - The newest version of TLS to use, V(1.0) to V(1.3). With a client certificate it is V(1.2), because Windows takes none with a newer
        one.
    type: str
    vars:
      - name: ansible_wsman_tls_maximum_version
  tls_ciphers:
    description:
      - The ciphers for TLS up to 1.2, in OpenSSL's notation.
    type: str
    vars:
      - name: ansible_wsman_tls_ciphers
  tls_legacy_renegotiation:
    description:
      - Talk to a service that has not the secure renegotiation of RFC 5746, as old controllers have not.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_tls_legacy_renegotiation
  proxy:
    description:
      - The URL of the HTTP proxy to reach the service through. A proxy is for HTTPS only, and not for V(kerberos) and V(credssp) as
        O(authentication); these are Windows' rules.
    type: raw
    vars:
      - name: ansible_wsman_proxy
  proxy_access_type:
    description:
      - Where the proxy comes from if O(proxy) names none. V(none) connects to the service itself. V(environment) and V(system) take what the
        variables C(https_proxy) and C(no_proxy) of the environment name.
      - V(auto) is known and refused, for it needs the script engine of a browser. Windows' names C(ProxyIEConfig), C(ProxyWinHttpConfig),
        C(ProxyAutoDetect) and C(ProxyNoProxyServer) are taken too.
    type: str
    default: none
    vars:
      - name: ansible_wsman_proxy_access_type
  proxy_authentication:
    description:
      - How O(proxy_user) is authenticated at the proxy, V(negotiate), V(basic) or V(digest).
    type: str
    vars:
      - name: ansible_wsman_proxy_authentication
  proxy_user:
    description:
      - The user for the proxy.
    type: raw
    vars:
      - name: ansible_wsman_proxy_user
  proxy_password:
    description:
      - The password of O(proxy_user). It is never shown.
    type: raw
    vars:
      - name: ansible_wsman_proxy_password
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
      - A request that changes something is not sent again after this, unless the service is known to keep its answer; see
        O(reconnection_retries).
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
  reconnection_retries:
    description:
      - How often a connection is tried again that cannot be opened, because it is refused, cut off or not answered. Nothing was sent over it
        then, so that no request is carried out twice. V(0) is never.
      - The default is V(2), and V(0) for a host that has not answered at all for O(connect_timeout).
      - A connection that is lost later, while a request is answered, is another matter. The request is sent again if that does no harm, or
        if the service is a Windows that keeps its answer for whoever asks again. Windows Server 2012 and later do so for CIM classes, and
        are asked for it until 185 seconds after the loss, or until the O(deadline).
    type: int
    vars:
      - name: ansible_psrp_reconnection_retries
      - name: ansible_wsman_reconnection_retries
  reconnection_backoff:
    description:
      - Seconds before the first of O(reconnection_retries). Before each further one it is twice as long, up to a minute.
    type: float
    default: 1
    vars:
      - name: ansible_psrp_reconnection_backoff
      - name: ansible_wsman_reconnection_backoff
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
      - The encoding of requests, V(utf-8) or V(utf-16). Answers are read in any.
      - V(Utf8), V(Utf16) and V(Default), as C(New-CimSessionOption) calls them, are taken too.
    type: str
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
  types:
    description:
      - Which type a value has that the protocol writes as text, for all modules that have an option of this name, which wins. V(auto)
        (the schema of the class decides, where the service gives it), V(text), or a dictionary of names and types such as
        C({"State":"uint16"}).
    type: raw
    vars:
      - name: ansible_wsman_types
  test_connection:
    description:
      - With V(true) an Identify goes out before the first operation of a session, which is not sent if that fails. With V(false) the
        operation itself finds out.
    type: bool
    default: false
    vars:
      - name: ansible_wsman_test_connection
  keep_session:
    description:
      - Whether the connection to the service is kept when a task has ended, for the next task that reaches the same service with the same
        options and the same account. Then it needs not be opened and authenticated again.
      - It is kept by a small process of the same user, one for a run of Ansible and all its hosts. The first task that needs it starts it,
        and it ends with Ansible. Where the system has no means to see the end of a process (pidfd, Linux 5.3 and later), each task has
        connections of its own.
      - With V(false) each task has connections of its own. One that is kept with the same options is closed then.
      - C(meta) with V(ignore:reset_connection) closes what is kept of a host whose connection is this one.
    type: bool
    default: true
    vars:
      - name: ansible_wsman_keep_session
  session_idle_timeout:
    description:
      - Seconds without a task after which a kept connection is closed, more than 0.
    type: float
    default: 60
    vars:
      - name: ansible_wsman_session_idle_timeout
  session_name:
    description:
      - A name for the session, in C(-vvv) and in the result of M(wsman.automation.wsman_identify).
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_wsman_session_name
  effective_connection:
    description:
      - Read to know what C(ansible_port) belongs to; see O(port). It cannot be given with a task.
    type: str
    vars:
      - name: ansible_connection
  winrm_transport:
    description:
      - Used for O(authentication) if that is not set. Of several, the first that the service offers; V(plaintext) means V(basic), and
        V(ssl) means V(certificate) if there is one, else V(basic). On a host whose connection is C(winrm) it is V(basic) by default,
        and V(kerberos) before that if the user has an C(@).
      - It cannot be given with a task.
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
  winrm_send_cbt:
    description:
      - Used for O(channel_binding) if that is not set. True means V(auto), false V(never). It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_winrm_send_cbt
  winrm_proxy:
    description:
      - Used for O(proxy) if neither that nor O(proxy_access_type) is set. V(legacy_requests) is V(environment) for O(proxy_access_type).
        It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_winrm_proxy
  winrm_kinit:
    description:
      - Accepted and not used, because tickets are got without C(kinit). It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_winrm_kinit_mode
      - name: ansible_winrm_kinit_env_vars
      - name: ansible_winrm_kinit_cmd
      - name: ansible_winrm_kinit_args
  psrp_auth:
    description:
      - Used for O(authentication) if that is not set. On a host whose connection is C(psrp) it is V(negotiate) by default. It cannot be
        given with a task.
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
  psrp_negotiate_send_cbt:
    description:
      - As O(winrm_send_cbt). It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_psrp_negotiate_send_cbt
  psrp_proxy:
    description:
      - Used for O(proxy) if neither that nor O(proxy_access_type) is set. It cannot be given with a task.
    type: raw
    vars:
      - name: ansible_psrp_proxy
  psrp_ignore_proxy:
    description:
      - V(false) is V(environment) for O(proxy_access_type) if neither that nor a proxy is set, and means nothing over HTTP. It cannot be
        given with a task.
    type: raw
    vars:
      - name: ansible_psrp_ignore_proxy
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase

if t.TYPE_CHECKING:
    import contextlib

    from ansible_collections.wsman.automation.plugins.module_utils._wsman.session import SessionOptions
    from ansible_collections.wsman.automation.plugins.plugin_utils._held import HeldSession
    from ansible_collections.wsman.automation.plugins.plugin_utils._transport import Answer, Session

#: What an option of ours is called here if its own name is a keyword of tasks, which core would take its value from.
RENAMED = {"connection_string": "connection"}
#: What is for the modules, and nothing that decides how the service is reached.
FOR_MODULES = ("types",)
SECRETS = ("password", "certificate_key_password", "proxy_password")
PROXIES = ("proxy", "winrm_proxy", "psrp_proxy")

NO_COMMANDS = (
    "The connection wsman.automation.wsman runs no commands and copies no files: it carries the requests of the wsman_* "
    "modules. Set gather_facts: false on a play that uses it. To wait for the service use wsman_identify with "
    "until: result is reachable."
)


def _link() -> t.Any:
    """What does all work, imported when there is some: most hosts have tasks that are none of ours, too."""
    from ansible_collections.wsman.automation.plugins.plugin_utils import _link as link

    return link


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

    #: Whether requests go from this process, and no connection is kept for others: for who looks at each step of one.
    direct = False

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
            self._resolved = _link().resolve(self._given(), self._task_session, self._effective(), self.port_is_set)
        return t.cast("SessionOptions", self._resolved)

    @property
    def session(self) -> Session | HeldSession:
        """The HTTP session of these options, shared with equal ones in this process. Raises UsageError."""
        return t.cast("Session | HeldSession", _link().session(self.session_options(), direct=self.direct))

    def send(self, data: bytes, **options: t.Any) -> Answer:
        """Send a SOAP message, return the one that answers it. *options* are those of ``Session.send``.

        Raises UsageError and TransportError.
        """
        return self.session.send(data, **options)

    def send_unauthenticated(self, data: bytes) -> Answer:
        """Send an Identify without credentials, as a service answers it to everybody (MS-WSMV 3.1.4.1.21)."""
        return t.cast("Answer", _link().send_unauthenticated(self.session_options(), data))

    def types(self) -> t.Any:
        """What the host's variable says of types (``types_option``), as it stands there."""
        return self.get_option("types")

    def operation(self) -> contextlib.AbstractContextManager[None]:
        """A context in which all requests share one ``deadline``."""
        return self.session.operation()

    def parting(self) -> contextlib.AbstractContextManager[None]:
        """A context in which what is owed to the service has a second, also where the ``deadline`` has passed."""
        return self.session.parting()

    def aside(self, seconds: float) -> contextlib.AbstractContextManager[None]:
        """A context for requests that may fail without harm, and take *seconds* at most."""
        return self.session.aside(seconds)

    def secrets(self) -> list[str]:
        """Every text that no output may show, also where the options contradict each other."""
        given = [*(self.get_option(name) for name in SECRETS), *(self._task_session.get(name) for name in SECRETS)]
        urls = [*(self.get_option(name) for name in PROXIES), self._task_session.get("proxy")]
        return sorted({str(one) for one in given if one} | _link().secrets(self.session_options, urls))

    def transport_test(self, connect_timeout: float | None) -> None:
        """Ask the service what it is; core's wait_for_connection calls this until it raises nothing."""
        _link().ask(self.session_options, connect_timeout)

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
        """Close the HTTP session of these options, or give it back to who keeps it."""
        self._connected = False
        if self._resolved is not None:
            _link().close(self._resolved)

    def reset(self) -> None:
        """The same, and nothing is kept: the next request opens anew. Core calls this in its main process."""
        self.close()
        _link().reset(self.session_options)

    def _given(self) -> dict[str, tuple[t.Any, str]]:
        """What variables and keywords have set, with where it comes from; defaults are ``from_options``' business."""
        given = {}
        for name in (one for one in self.option_definitions if one not in FOR_MODULES):
            value, origin = self.get_option_and_origin(name)
            if value is not None and origin != "default":
                given[RENAMED.get(name, name)] = (value, str(origin).removeprefix("var: "))
        return given

    def _effective(self) -> str | None:
        """The connection of the host, which is another one where a module opens this one by itself."""
        name = self.beside or self.get_option("effective_connection")
        return None if name is None else str(name)
