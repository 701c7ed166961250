# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_identify; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_identify
short_description: Ask a WS-Management service what it is, or find out why it does not answer
version_added: 0.1.0
description:
  - Sends the Identify request of DSP0226 and returns who made the service and which version of the protocol it speaks.
  - It is the least that a service answers, and so the first thing to try with a new host.
options:
  authenticated:
    description:
      - Whether the credentials of the connection are sent along. With V(false) the request carries none, and the header
        C(WSMANIDENTIFY) that makes Windows answer without. Windows then hides its version.
      - With V(none) as O(session.authentication) that is always so.
    type: bool
    default: true
  diagnose:
    description:
      - Whether to go the way to the service step by step, and to say of each step what it shows and how long it took. Name,
        TCP, proxy, TLS, HTTP, the authentication schemes that are offered, the account, Identify, and one Get.
      - The account is shown once. Where it is refused, nothing shows it again in this task.
      - Steps after one that fails are skipped. Through a proxy the steps V(name) and V(tcp) are about the proxy.
    type: bool
    default: false
  fail_on_problem:
    description:
      - With O(diagnose), whether the task fails where a step does. Without, the task is V(ok) and RV(failed_step) says it.
    type: bool
    default: false
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._request
  - wsman.automation._session
attributes:
  check_mode:
    support: full
    details: Nothing is changed in either mode, so the request is sent in check mode too.
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: See what answers
  wsman.automation.wsman_identify:
  register: service

- name: Say so
  ansible.builtin.debug:
    msg: "{{ service.identity.product_vendor }} {{ service.identity.product_version }}"

- name: Ask without credentials, before the account exists
  wsman.automation.wsman_identify:
    authenticated: false

- name: Wait until the service is back
  wsman.automation.wsman_identify:
  register: service
  until: service is reachable
  retries: 10
  delay: 5

- name: See where the way to a host ends
  wsman.automation.wsman_identify:
    diagnose: true
  register: way

- name: Show the step that fails, and what to do
  ansible.builtin.debug:
    msg: "{{ way.diagnosis | selectattr('step', 'eq', way.failed_step) | first }}"
  when: way.failed_step is not none

- name: Ask another host than the inventory's
  wsman.automation.wsman_identify:
    session:
      host: bmc1.example.com
      port: 443
      user: root
      password: "{{ bmc_password }}"
  delegate_to: localhost
"""

RETURN = r"""
identity:
  description: What the service says of itself. A member that the answer does not have is V(null), or an empty list.
  returned: success, and with O(diagnose) when the step V(identify) was reached
  type: dict
  contains:
    protocol_version:
      description: The namespace of the protocol version.
      type: str
      sample: http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd
    product_vendor:
      description: Who made the service.
      type: str
      sample: Microsoft Corporation
    product_version:
      description: Its version as the vendor writes it. Windows gives C(0.0.0) for the system to those who have not authenticated.
      type: str
      sample: "OS: 10.0.20348 SP: 0.0 Stack: 3.0"
    security_profiles:
      description: URIs of the transports and authentication schemes that the service offers, if it says so.
      type: list
      elements: str
      sample: [http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/spnego-kerberos]
session:
  description: By which way the service was reached, as options and variables together decided.
  returned: success
  type: dict
  contains:
    session_name:
      description: The name of the session, which is that of the host in the inventory unless C(session_name) is set.
      type: str
      sample: server1
    host:
      description: The name or address that was connected to.
      type: str
      sample: server1.example.com
    scheme:
      description: V(http) or V(https).
      type: str
      sample: https
    port:
      description: The TCP port.
      type: int
      sample: 5986
    http_prefix:
      description: The path of the service.
      type: str
      sample: wsman
    authentication:
      description: The authentication that was used, never V(default). Of several it is the one that the service offers.
      type: str
      sample: negotiate
    mechanism:
      description:
        - What the handshake has agreed upon, V(kerberos) or V(ntlm). It is V(null) where there was no handshake.
      type: str
      sample: kerberos
    encrypted:
      description: Whether nobody on the way can read the messages, because of TLS or of the authentication.
      type: bool
      sample: true
    bound:
      description: Whether the authentication was bound to the TLS connection, which a service with V(Strict) channel binding asks for.
      type: bool
      sample: true
diagnosis:
  description: The steps on the way to the service, in their order, always all of them.
  returned: with O(diagnose)
  type: list
  elements: dict
  contains:
    step:
      description:
        - V(name), V(tcp), V(proxy), V(tls), V(http), V(schemes), V(authentication), V(identify) or V(get).
      type: str
      sample: tls
    ok:
      description: Whether it works. V(null) where it was skipped, or is not part of this way.
      type: bool
      sample: false
    seconds:
      description: How long it took. V(null) where it was skipped.
      type: float
      sample: 0.012
    detail:
      description: What it shows, or what is wrong. It holds no credentials.
      type: str
      sample: It offers Negotiate, Basic; the session uses negotiate.
    remedy:
      description: What to do about the step that fails. V(null) for all others.
      type: str
      sample: Name the authority that issued it in ca_cert, or set skip_ca_check on a network that you trust.
failed_step:
  description: The first step that does not work, or V(null) where all do.
  returned: with O(diagnose)
  type: str
  sample: tls
fault:
  description:
    - The fault that the service answered with, each member in the same form whatever the service. A member that the answer
      does not have is V(null).
  returned: when the service answered with a fault
  type: dict
  contains:
    code:
      description: The SOAP code. V(s:Sender) blames the request, V(s:Receiver) the service.
      type: str
      sample: s:Sender
    subcode:
      description:
        - What is wrong, as the standards name it. The prefix is always the same for one namespace, C(wsman) for DSP0226, C(wsa)
          for WS-Addressing, C(wxf) for WS-Transfer, C(wsen) for WS-Enumeration, C(wsmb) for DSP0227, C(s) for SOAP.
      type: str
      sample: wsman:InvalidSelectors
    reason:
      description: The service's text for people, in its own language.
      type: str
      sample: The WS-Management service cannot process the request because the selectors are not valid.
    fault_detail:
      description: The URI that says more precisely what is wrong, from C(wsman:FaultDetail).
      type: str
      sample: http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InsufficientSelectors
    windows_code:
      description: The number that Windows gives to the error, as the innermost part of the fault has it.
      type: int
      sample: 2150859002
    windows_name:
      description: Windows' name for that number, without the prefix C(ERROR_WSMAN_).
      type: str
      sample: INVALID_URI_WMI_SINGLETON
    machine:
      description: The machine that reports the fault.
      type: str
      sample: server1
    provider:
      description: What the resource's own provider said, by its own names, C(provider), C(path), C(Message), C(ExtendedError) and others.
      type: dict
      sample: {"provider": "WMI Provider", "Message": "Not found"}
    cim_error:
      description: The members of the C(CIM_Error), C(MSFT_WmiError) or C(OMI_Error) in the fault, by their own names.
      type: dict
      sample: {"CIMStatusCode": 6, "Message": "Not found"}
    http_status:
      description: The status of the HTTP answer that carried the fault.
      type: int
      sample: 500
    remedy:
      description: What to change, where that is known.
      type: str
transport:
  description: Where and why the exchange with the service failed before there was an answer to work with.
  returned: when the host is unreachable
  type: dict
  contains:
    step:
      description:
        - The first step that failed. V(resolve) the name, V(connect) TCP, V(proxy) the proxy, V(tls) certificate or versions,
          V(send) and V(read) the exchange itself, V(authentication) the account, V(http) the status of the answer, V(wsman) an answer that
          is not WS-Management.
      type: str
      sample: authentication
    remedy:
      description: What to change.
      type: str
      sample: Check ansible_user and ansible_password.
    offered_schemes:
      description: The authentication schemes that the service offers.
      type: list
      elements: str
      sample: [Negotiate, Basic]
    http_status:
      description: The status of the HTTP answer, if there was one.
      type: int
      sample: 401
    outcome_unknown:
      description: Whether a request that changes something went out and was never answered, so that it may have been executed.
      type: bool
      sample: false
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.wsman.automation.plugins.module_utils import _argspec


def main() -> None:
    """Build the module for validate-modules to compare, and say where it really runs."""
    module = AnsibleModule(argument_spec=_argspec.identify_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_identify"))


if __name__ == "__main__":
    main()
