# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table of remedies that are keyed by Windows' numbers: rights, quotas, and the rules of its client.

What Windows says of its own configuration is in ``remedies_config.py``, what WMI says in ``remedies_wmi.py``.
"""

from __future__ import annotations

import typing as t

from .remedy import Remedy

_RIGHTS: t.Final = (
    Remedy(
        number="ERROR_ACCESS_DENIED",
        cause="The user was known to the service and has no rights for this.",
        remedy="Add it to Remote Management Users or Administrators. A local administrator other than the built-in one "
        "needs LocalAccountTokenFilterPolicy 1 as well, which weakens all such accounts: better use one of the domain.",
        example="""\
- name: Give local administrators their rights over the network, by the account of the one that has them
  wsman.automation.wsman_invoke:
    resource_uri: wmi/root/default/StdRegProv
    method: SetDWORDValue
    arguments:
      hDefKey: 2147483650
      sSubKeyName: SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System
      sValueName: LocalAccountTokenFilterPolicy
      uValue: 1
""",
    ),
    Remedy(
        number="WBEM_E_ACCESS_DENIED WMI_SVC_ACCESS_DENIED WMI_CANNOT_CONNECT_ACCESS_DENIED",
        cause="The user has no rights on this WMI namespace.",
        remedy="Give it Remote Enable and Execute Methods there (wmimgmt.msc, Security), and let it be a member of "
        "Remote Management Users.",
    ),
    Remedy(
        number="WMI_PROVIDER_ACCESS_DENIED",
        cause="The user may ask this WMI namespace, and the class's provider refuses it.",
        remedy="Use an account with the rights that the provider asks for, mostly an administrator's.",
    ),
    Remedy(
        number="WBEM_E_PRIVILEGE_NOT_HELD",
        cause="The operation needs a privilege of Windows that the user does not hold.",
        remedy="Give it in the security policy of that computer (User Rights Assignment), for a restart 'Force "
        "shutdown from a remote system'.",
    ),
    Remedy(
        number="FAILED_AUTHENTICATION ERROR_LOGON_FAILURE",
        cause="The service, or one behind it, has refused the account.",
        remedy="Check user, password and the form of the name (DOMAIN\\user, user@REALM); over HTTPS a service with "
        "CbtHardeningLevel Strict wants channel_binding auto or always.",
    ),
    Remedy(
        number="MUTUAL_AUTH_FAILED",
        cause="The service could not prove that it has the name in the ticket.",
        remedy="Set negotiate_service and negotiate_hostname_override to the name that is registered for it (setspn "
        "-L <computer>).",
    ),
    Remedy(
        number="DIFFERENT_AUTHZ_TOKEN",
        cause="The operation was begun by another account, or with other rights.",
        remedy="Use one user and one authentication for the whole of it.",
    ),
    Remedy(
        number="SERVICE_REMOTE_ACCESS_DISABLED REMOTE_CONNECTION_NOT_ALLOWED",
        cause="The service takes no requests from other computers.",
        remedy="Allow it there: Enable-PSRemoting, or the policy 'Allow remote server management through WinRM'.",
    ),
    Remedy(
        number="PUBLIC_FIREWALL_PROFILE_ACTIVE",
        cause="A network connection of that computer is public, so that its firewall lets nobody in.",
        remedy="Make it private or a domain's there (Set-NetConnectionProfile -NetworkCategory Private), then repeat.",
    ),
    Remedy(
        number="QUICK_CONFIG_FIREWALL_EXCEPTIONS_DISALLOWED QUICK_CONFIG_LOCAL_POLICY_CHANGE_DISALLOWED",
        cause="A policy keeps that computer from opening its firewall for the service.",
        remedy="Change the policy, or open TCP 5985 and 5986 by another one.",
    ),
    Remedy(
        number="QUICK_CONFIG_FAILED_CERT_REQUIRED",
        cause="There is no certificate for server authentication that an HTTPS listener could use.",
        remedy="Install one in the machine's own store (LocalMachine\\My), with the host's name in it.",
    ),
)

_QUOTAS: t.Final = (
    Remedy(
        number="QUOTA_MAX_SHELLS",
        cause="The user has as many shells open as MaxShellsPerUser allows.",
        remedy="Delete the ones that nobody works in any more (shell/cmd, wsman_delete), or raise MaxShellsPerUser in "
        "winrm/config/winrs.",
        example="""\
- name: See whose shells are open
  wsman.automation.wsman_enumerate:
    resource_uri: http://schemas.microsoft.com/wbem/wsman/1/windows/shell

- name: Allow more of them
  wsman.automation.wsman_put:
    resource_uri: winrm/config/winrs
    properties:
      MaxShellsPerUser: 50
""",
    ),
    Remedy(
        number="QUOTA_MAX_SHELLUSERS",
        cause="As many users have shells open as MaxConcurrentUsers allows.",
        remedy="Raise MaxConcurrentUsers in winrm/config/winrs.",
    ),
    Remedy(
        number="QUOTA_MAX_OPERATIONS",
        cause="The user has as many operations open as MaxConcurrentOperationsPerUser allows.",
        remedy="Wait a minute, lower forks or throttle the task, or raise MaxConcurrentOperationsPerUser in "
        "winrm/config/service.",
        example="""\
- name: Allow more operations of one user
  wsman.automation.wsman_put:
    resource_uri: winrm/config/service
    properties:
      MaxConcurrentOperationsPerUser: 3000
""",
    ),
    Remedy(
        number="QUOTA_USER QUOTA_SYSTEM",
        cause="More requests came within a few seconds than the service takes, of this user or of all.",
        remedy="Lower forks or throttle the task, and raise max_elements so that lists take fewer requests.",
    ),
    Remedy(
        number="QUOTA_MAX_SHELLS_PPQ QUOTA_MAX_USERS_PPQ QUOTA_MAX_PLUGINSHELLS_PPQ QUOTA_MAX_PLUGINOPERATIONS_PPQ "
        "QUOTA_MAX_OPERATIONS_USER_PPQ QUOTA_MAX_COMMANDS_PER_SHELL_PPQ QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ",
        cause="A plug-in of the service has reached one of its own quotas.",
        remedy="Wait, or raise it in the Quotas of winrm/config/plugin.",
        example="""\
- name: See the quotas of the plug-in for WMI
  wsman.automation.wsman_get:
    resource_uri: winrm/config/plugin
    selector_set:
      Name: WMI Provider
""",
    ),
    Remedy(
        number="REMOTESHELLS_NOT_ALLOWED",
        cause="The service opens no shells for other computers.",
        remedy="Set AllowRemoteShellAccess to true in winrm/config/winrs, or change the policy that forbids it.",
    ),
    Remedy(
        number="SHELL_ALREADY_CLOSED SHELL_INVALID_SHELL_HANDLE WINRS_SHELL_DISCONNECTED",
        cause="The shell is gone, or belongs to somebody else.",
        remedy="Open a new one.",
    ),
    Remedy(
        number="CLIENT_BATCH_ITEMS_TOO_SMALL BATCHSIZE_TOO_SMALL CLIENT_MAX_CHARS_TOO_SMALL",
        cause="The answer is asked for in pieces that are too small.",
        remedy="Raise max_elements and max_envelope_size.",
    ),
    Remedy(
        number="PULL_PARAMS_NOT_SAME_AS_ENUM PULL_IN_PROGRESS ENUMERATION_CLOSED ENUMERATION_INVALID",
        cause="The service does not go on with the enumeration as it was begun.",
        remedy="Begin it again, without a balancer that spreads one host's requests over several services.",
    ),
)

_CLIENT: t.Final = (
    Remedy(
        number="CLIENT_UNENCRYPTED_DISABLED CLIENT_UNENCRYPTED_HTTP_ONLY",
        cause="Messages would go in clear: AllowUnencrypted is false.",
        remedy="Use HTTPS, or NTLM, Kerberos or CredSSP with message_encryption auto; message_encryption never is the "
        "consent to plain HTTP here, AllowUnencrypted in winrm/config/service on the other side.",
    ),
    Remedy(
        number="SERVER_NOT_TRUSTED",
        cause="Credentials would go over HTTP to a host that is not trusted.",
        remedy="Use HTTPS, name the host in trusted_hosts, or name the authentication and leave trusted_hosts unset.",
    ),
    Remedy(
        number="EXPLICIT_CREDENTIALS_REQUIRED DEFAULTAUTH_IPADDRESS",
        cause="An address or an untrusted host gets no credentials of the environment.",
        remedy="Set user and password, and use HTTPS or trusted_hosts.",
    ),
    Remedy(
        number="KERBEROS_IPADDRESS",
        cause="Kerberos needs a host's name, and an address was given.",
        remedy="Set host to the name, or negotiate_hostname_override; or use ntlm.",
    ),
    Remedy(
        number="CLIENT_WORKGROUP_NO_KERBEROS",
        cause="There is no ticket and no account of a realm.",
        remedy="Write the user as user@REALM, run kinit, or use ntlm for an account of that computer.",
    ),
    Remedy(
        number="CLIENT_SPN_WRONG_AUTH",
        cause="The port belongs into a service's name for Negotiate and Kerberos alone.",
        remedy="Leave spn_server_port out, or use negotiate or kerberos.",
    ),
    Remedy(
        number="CLIENT_BASIC_AUTHENTICATION_DISABLED CLIENT_DIGEST_AUTHENTICATION_DISABLED "
        "CLIENT_NEGOTIATE_AUTHENTICATION_DISABLED CLIENT_KERBEROS_AUTHENTICATION_DISABLED "
        "CLIENT_CERTIFICATES_AUTHENTICATION_DISABLED",
        cause="A Windows client has this authentication switched off in its own winrm/config/client/auth.",
        remedy="Switch it on there; from Ansible's control node only authentication counts, and "
        "winrm/config/service/auth on the service.",
    ),
    Remedy(
        number="CLIENT_CREDSSP_AUTHENTICATION_DISABLED CREDSSP_USERNAME_PASSWORD_NEEDED",
        cause="CredSSP is switched off, or has no user and password to pass on.",
        remedy="Set user and password, and allow it on the service: Enable-WSManCredSSP -Role Server.",
    ),
    Remedy(
        number="CLIENT_ALLOWFRESHCREDENTIALS CLIENT_ALLOWFRESHCREDENTIALS_NTLMONLY",
        cause="A policy does not let credentials be passed on to this host by CredSSP.",
        remedy="Name WSMAN/<host> in the policy 'Allow delegating fresh credentials' of the computer that passes them "
        "on; with a local account also in the one 'with NTLM-only server authentication'.",
    ),
    Remedy(
        number="NAME_NOT_RESOLVED",
        cause="The name of a host was not resolved.",
        remedy="Check host, and the name service of the computer that asks; wsman_identify with diagnose shows where "
        "it fails.",
    ),
    Remedy(
        number="SSL_CONNECTION_ABORTED",
        cause="The TLS handshake was given up.",
        remedy="Compare versions, ciphers and certificates of both sides; wsman_identify with diagnose shows them.",
    ),
    Remedy(
        number="NETWORK_TIMEDOUT",
        cause="A computer that was to be connected to did not answer.",
        remedy="Check that it is up and that firewalls on the way pass TCP 5985 and 5986.",
    ),
    Remedy(
        number="HTTP_REQUEST_TOO_LARGE_STATUS ENVELOPE_TOO_LARGE",
        cause="The request is larger than the service takes.",
        remedy="Send less at once, or raise MaxEnvelopeSizekb in winrm/config.",
    ),
    Remedy(
        number="HTTP_SERVICE_UNAVAILABLE_STATUS",
        cause="The service is not running, or is overloaded.",
        remedy="Start it on that computer (Start-Service WinRM), or wait.",
    ),
    Remedy(
        number="HTTP_NOT_FOUND_STATUS HTML_ERROR",
        cause="Something else than a WS-Management service answers under this path.",
        remedy="Check http_prefix, host and port.",
    ),
    Remedy(
        number="REDIRECT_REQUESTED UNSUPPORTED_HTTP_STATUS_REDIRECT",
        cause="The service sends its clients to another place.",
        remedy="Set host, port, scheme and http_prefix to that place: credentials follow no redirect.",
    ),
    Remedy(
        number="CANNOT_DECRYPT",
        cause="The service cannot open the encrypted message.",
        remedy="Connect without a proxy or balancer that mixes connections, or use HTTPS.",
    ),
)

ROWS: t.Final[tuple[Remedy, ...]] = (*_RIGHTS, *_QUOTAS, *_CLIENT)
