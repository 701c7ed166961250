# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the table of remedies for what Windows says of its own configuration, ``winrm/config``."""

from __future__ import annotations

import typing as t

from .remedy import Remedy

_LISTENER_EXAMPLE: t.Final = """\
- name: Have an HTTPS listener
  wsman.automation.wsman_create:
    resource_uri: winrm/config/listener
    selector_set:
      Address: "*"
      Transport: HTTPS
    properties:
      Hostname: server1.example.com
      CertificateThumbprint: 3F2504E04F8941D39A0C0305E82C3301AABBCCDD
"""

_SETTINGS: t.Final = (
    Remedy(
        number="CONFIG_CANNOT_CHANGE_GPO_CONTROLLED_SETTING",
        cause="A group policy sets this value; sources beside the instance shows which ones it does.",
        remedy="Change the policy, or leave the member out.",
    ),
    Remedy(
        number="CONFIG_READONLY_PROPERTY",
        cause="A member cannot be written.",
        remedy="Leave it out of properties.",
    ),
    Remedy(
        number="DEPRECATED_CONFIG_SETTING",
        cause="The setting is there for old clients only and cannot be changed any more.",
        remedy="Leave it out: MaxProviderRequests and MaxConcurrentOperations have no successor but "
        "MaxConcurrentOperationsPerUser, MaxShellRunTime none.",
    ),
    Remedy(
        number="CUSTOMREMOTESHELL_DEPRECATED FEATURE_DEPRECATED",
        cause="This version of Windows has given the feature up.",
        remedy="Use winrm/config/plugin instead of winrm/config/winrs/customremoteshell.",
    ),
    Remedy(
        number="CONFIG_CORRUPTED",
        cause="The service cannot read its own configuration.",
        remedy="Write down on that computer what winrm get winrm/config still shows, for only the defaults can be "
        "restored (winrm invoke restore winrm/config @{}); then set it up again (winrm quickconfig).",
    ),
    Remedy(
        number="CONFIG_PORT_INVALID PORT_INVALID",
        cause="A port is not between 1 and 65535.",
        remedy="Check Port in properties.",
    ),
    Remedy(
        number="CONFIG_CANNOT_CHANGE_MUTUAL",
        cause="Two settings depend on each other and cannot both be changed so.",
        remedy="Change one of them in a task of its own.",
    ),
    Remedy(
        number="INVALID_IPFILTER",
        cause="An address filter is not written as Windows wants it.",
        remedy="Write IPv4Filter and IPv6Filter as *, as nothing, or as ranges (10.0.0.1-10.0.0.9,10.1.0.1-10.1.0.9): "
        "of the service's own addresses, on which it shall listen, and not of its clients'.",
        example="""\
- name: Listen on the addresses of one network only, of which the service has one
  wsman.automation.wsman_put:
    resource_uri: winrm/config/service
    properties:
      IPv4Filter: 10.0.0.1-10.0.0.255
""",
    ),
    Remedy(
        number="INVALID_HOSTNAME_PATTERN",
        cause="TrustedHosts has a pattern that Windows does not take.",
        remedy="Write names with commas between them, a star at the beginning or end of one, <local>, or * alone.",
    ),
    Remedy(
        number="INVALID_SECURITY_DESCRIPTOR INVALID_CONFIGSDDL_URL",
        cause="The rights are not written in SDDL, or not for a resource that has some.",
        remedy="Change what wsman_get shows of RootSDDL or Sddl, so that nobody loses rights by mistake; its form is "
        "O:NSG:BAD:P(A;;GA;;;BA)(A;;GR;;;IU).",
    ),
    Remedy(
        number="URISECURITY_INVALIDURIKEY URI_SECURITY_URI",
        cause="The URI in a security entry is not one that the service's plug-in has.",
        remedy="Check Uri in selector_set against winrm/config/plugin.",
    ),
)

_LISTENERS: t.Final = (
    Remedy(
        number="CERT_NOT_FOUND",
        cause="The machine's own certificate store has no certificate with that thumbprint.",
        remedy="Install it in LocalMachine\\My, with its private key, first.",
        example=_LISTENER_EXAMPLE,
    ),
    Remedy(
        number="CONFIG_CERT_CN_DOES_NOT_MATCH_HOSTNAME",
        cause="The certificate is for another name than Hostname.",
        remedy="Set Hostname to the name in the certificate, or take another CertificateThumbprint.",
        example=_LISTENER_EXAMPLE,
    ),
    Remedy(
        number="CONFIG_HOSTNAME_CHANGE_WITHOUT_CERT",
        cause="Hostname and certificate belong together.",
        remedy="Give Hostname and CertificateThumbprint in the same task.",
    ),
    Remedy(
        number="CERT_THUMBPRINT_BLANK",
        cause="An HTTPS listener needs a certificate.",
        remedy="Give CertificateThumbprint.",
        example=_LISTENER_EXAMPLE,
    ),
    Remedy(
        number="CERT_THUMBPRINT_NOT_BLANK CONFIG_THUMBPRINT_SHOULD_BE_EMPTY",
        cause="A certificate is named where none can be: for HTTP, or where the listener shares another service's.",
        remedy="Leave CertificateThumbprint out.",
    ),
    Remedy(
        number="CONFIG_CANNOT_SHARE_SSL_CONFIG",
        cause="No other service on that port has a certificate that the listener could share.",
        remedy="Give CertificateThumbprint.",
    ),
    Remedy(
        number="CERT_INVALID_USAGE",
        cause="The certificate is not for server authentication.",
        remedy="Take one with that purpose (1.3.6.1.5.5.7.3.1), and with a private key.",
    ),
    Remedy(
        number="LISTENER_ADDRESS_INVALID INEXISTENT_MAC_ADDRESS",
        cause="A listener cannot have this address.",
        remedy="Set Address in selector_set to *, IP: and an address of that computer, or MAC: and that of a card.",
    ),
    Remedy(
        number="CANNOT_CHANGE_KEYS",
        cause="The keys of a listener cannot be changed.",
        remedy="Delete it, and create it with other values in selector_set.",
    ),
    Remedy(
        number="INVALID_KEY INVALID_SELECTOR_NAME",
        cause="The resource has other keys.",
        remedy="Check selector_set: a listener has Address and Transport, a certificate mapping URI, Subject and "
        "Issuer, a plug-in Name.",
    ),
)

_MAPPINGS: t.Final = (
    Remedy(
        number="SECURITY_UNMAPPED",
        cause="No certificate mapping fits the client's certificate.",
        remedy="Create one in winrm/config/service/certmapping whose Issuer is the thumbprint of the authority's "
        "certificate and whose Subject is the user's name in it.",
        example="""\
- name: Let a certificate stand for a local account
  wsman.automation.wsman_create:
    resource_uri: winrm/config/service/certmapping
    selector_set:
      URI: "*"
      Subject: deploy@localhost
      Issuer: 3F2504E04F8941D39A0C0305E82C3301AABBCCDD
    properties:
      UserName: deploy
      Password: "{{ deploy_password }}"
      Enabled: true
""",
    ),
    Remedy(
        number="CERTMAPPING_INVALIDUSERCREDENTIALS CERTMAPPING_CREDENTIAL_MANAGEMENT_FAILIED",
        cause="The mapped account's name or password is not right, or the account is none of that computer's own.",
        remedy="Give UserName and Password of a local account; after its password has changed, write it again with "
        "update_secret: always.",
    ),
    Remedy(
        number="CERTMAPPING_PASSWORDBLANK CERTMAPPING_PASSWORDTOOLONG CERTMAPPING_PASSWORDUSERTUPLE",
        cause="UserName and Password go together, and the password is neither empty nor longer than Windows allows.",
        remedy="Give both.",
    ),
    Remedy(
        number="CERTMAPPING_INVALIDSUBJECTKEY",
        cause="The Subject of a mapping is not written as Windows wants it.",
        remedy="Write the name in the certificate, with at most one star, at its beginning.",
    ),
    Remedy(
        number="CERTMAPPING_INVALIDISSUERKEY",
        cause="The Issuer of a mapping is no thumbprint.",
        remedy="Write the 40 hexadecimal digits of the issuing authority's certificate, which that computer trusts.",
    ),
    Remedy(
        number="CONFIG_CANNOT_CHANGE_CERTMAPPING_KEYS",
        cause="The keys of a mapping cannot be changed.",
        remedy="Delete it, and create it with other values in selector_set.",
    ),
    Remedy(
        number="CERTMAPPING_CONFIGLIMIT_EXCEEDED",
        cause="There are as many mappings as Windows allows.",
        remedy="Delete some that are not needed, or cover several with a star in Subject or URI.",
    ),
    Remedy(
        number="NO_CERTMAPPING_OPERATION_FOR_LOCAL_SESSION",
        cause="Mappings cannot be written from within a session on that computer itself.",
        remedy="Reach the service over the network, from Ansible's control node.",
    ),
    Remedy(
        number="CERT_INVALID_USAGE_CLIENT CLIENT_INVALID_CERT CLIENT_INVALID_CERT_DNS_OR_UPN",
        cause="The certificate is not for client authentication, or has no name that a mapping could use.",
        remedy="Take one with the purpose 1.3.6.1.5.5.7.3.2 and the user in its alternative names "
        "(user@localhost), in certificate_pem or certificate_pfx.",
    ),
)

ROWS: t.Final[tuple[Remedy, ...]] = (*_SETTINGS, *_LISTENERS, *_MAPPINGS)
