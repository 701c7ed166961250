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
  - for most authentications further Python libraries, which P(wsman.automation.wsman#connection) names
options:
  session:
    description:
      - Options of the connection for this task alone. Each wins over the variable of the connection plugin
        P(wsman.automation.wsman#connection) that says the same; those that are not given stay as the variables have them, and
        so do the defaults that are described there.
      - Together with C(delegate_to=localhost) O(session.host) names the service, as otherwise the service of localhost would be meant.
    type: dict
    suboptions:
      connection:
        description:
          - Where the service is, in one text C([http[s]://]host[:port][/prefix]) as Windows takes it, instead of O(session.host),
            O(session.scheme), O(session.port) and O(session.http_prefix).
        type: str
      flags:
        description:
          - Session flags by Windows' names or numbers, such as V(UseKerberos) or V(0x8000000). A flag says the same as the option that it
            belongs to.
        type: list
        elements: raw
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
          - How O(session.user) is authenticated, V(default), V(none), V(basic), V(digest), V(ntlm), V(negotiate), V(kerberos),
            V(credssp) or V(certificate), in upper or lower case. V(NtlmDomain) is V(ntlm).
          - V(default) is V(negotiate) for the control node itself and for a trusted host, but V(kerberos) for the latter if there is a
            ticket and no O(session.user), and V(kerberos) for any other host. A host is trusted over HTTPS, and over HTTP if
            O(session.trusted_hosts) names it.
          - With V(none) and V(certificate) the user and password of variables are not used.
        type: str
      user:
        description:
          - The user, as V(user@REALM) or V(DOMAIN\\user) for an account of a domain, or as V(user) for one of the host itself.
        type: raw
      password:
        description:
          - The password of O(session.user). One that a KDC or the service has refused is not sent again in the same task.
        type: raw
      message_encryption:
        description:
          - Encryption of the messages by the authentication. V(auto) encrypts over HTTP, and V(always) over HTTPS too.
          - V(never) is the consent to send everything in clear over HTTP, with V(basic) as O(session.authentication) also the password.
        type: str
        choices: [auto, always, never]
      channel_binding:
        description:
          - Whether V(ntlm), V(negotiate) and V(kerberos) tell the service over HTTPS which certificate they saw. V(auto) does; V(always)
            is refused where the authentication cannot.
        type: str
        choices: [auto, always, never]
      trusted_hosts:
        description:
          - Hosts that credentials may go to over HTTP, as names with V(*) in them, V(*) alone for all, and V(<local>) for names without a
            dot.
        type: list
        elements: str
      implicit_credentials:
        description:
          - Let V(negotiate) log in over HTTPS with what the control node has, without O(session.user) and O(session.password).
        type: bool
      negotiate_service:
        description:
          - The service part of the name by which Kerberos knows the service.
        type: str
      negotiate_hostname_override:
        description:
          - The host part of that name.
        type: str
      spn_server_port:
        description:
          - Put the port into that name. For V(negotiate) and V(kerberos) only.
        type: bool
      kerberos_ccache:
        description:
          - The credential cache with the ticket to use, such as V(FILE:/tmp/krb5cc_1000). It is never written to.
        type: str
      kerberos_keytab:
        description:
          - A keytab with the key of O(session.user), to be used instead of a password.
        type: str
      kerberos_delegation:
        description:
          - Let the service act for O(session.user) on further hosts. It is an error if the ticket cannot be forwarded.
        type: bool
      credssp_auth_mechanism:
        description:
          - What V(credssp) authenticates by.
        type: str
        choices: [auto, kerberos, ntlm]
      credssp_disable_tlsv1_2:
        description:
          - Let V(credssp) use versions of TLS before 1.2 inside, for hosts that have nothing else.
        type: bool
      credssp_minimum_version:
        description:
          - The least version of V(credssp) that the service must have. From V(5) on it has the remedy for CVE-2018-0886.
        type: int
      certificate_pem:
        description:
          - The file of the client certificate for V(certificate) as O(session.authentication), in PEM form.
        type: path
      certificate_key_pem:
        description:
          - The file of the key of O(session.certificate_pem).
        type: path
      certificate_key_password:
        description:
          - What opens the key, or O(session.certificate_pfx).
        type: raw
      certificate_pfx:
        description:
          - A PKCS#12 file with certificate and key, instead of O(session.certificate_pem).
        type: path
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
          - Accept a revoked certificate, also where O(session.crl_file) is given.
        type: bool
      certificate_fingerprint:
        description:
          - The SHA-256 fingerprint of the certificate of the service. Only this certificate is accepted then, and neither its authority
            nor its name is looked at.
        type: str
      crl_file:
        description:
          - A file of revocation lists in PEM or DER form. Without it revocation is not checked.
        type: path
      tls_minimum_version:
        description:
          - The oldest version of TLS to accept, V(1.0) to V(1.3).
        type: str
      tls_maximum_version:
        description:
          - The newest version of TLS to use, V(1.0) to V(1.3).
        type: str
      tls_ciphers:
        description:
          - The ciphers for TLS up to 1.2, in OpenSSL's notation.
        type: str
      tls_legacy_renegotiation:
        description:
          - Talk to a service that has not the secure renegotiation of RFC 5746, as old controllers have not.
        type: bool
      proxy:
        description:
          - The URL of the HTTP proxy to reach the service through; for HTTPS only.
        type: raw
      proxy_access_type:
        description:
          - Where the proxy comes from if O(session.proxy) names none. V(none) connects to the service itself. V(environment) and
            V(system) take what the variables C(https_proxy) and C(no_proxy) of the environment name.
        type: str
      proxy_authentication:
        description:
          - How O(session.proxy_user) is authenticated at the proxy, V(negotiate), V(basic) or V(digest).
        type: str
      proxy_user:
        description:
          - The user for the proxy.
        type: raw
      proxy_password:
        description:
          - The password of O(session.proxy_user).
        type: raw
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
      reconnection_retries:
        description:
          - How often a connection that cannot be opened is tried again, before anything was sent over it.
        type: int
      reconnection_backoff:
        description:
          - Seconds before the first of these tries. Before each further one it is twice as long.
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
          - The encoding of requests, V(utf-8) or V(utf-16). Answers are read in any.
        type: str
      profile:
        description:
          - What the service is, for the peculiarities of each kind. V(auto) finds out where that matters.
        type: str
        choices: [auto, windows, omi, openwsman, idrac, amt, generic]
      test_connection:
        description:
          - With V(true) an Identify goes out before the first operation, which is not sent if that fails.
        type: bool
      keep_session:
        description:
          - Whether the connection to the service is kept for the tasks that follow. V(false) closes the one that is kept with the same options.
        type: bool
      session_idle_timeout:
        description:
          - Seconds without a task after which a kept connection is closed.
        type: float
      session_name:
        description:
          - A name for the session, in C(-vvv) and in the result of M(wsman.automation.wsman_identify).
        type: str
"""
