# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_delete; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_delete
short_description: Delete an instance of a WS-Management resource
version_added: 0.1.0
description:
  - Deletes an instance (WS-Transfer Delete). An instance that does not exist is no change.
  - A class or a resource that does not exist is a mistake, not a missing instance, and fails the task. Where a service answers
    alike to both, its answer to an enumeration of the class decides.
  - With O(filter) all instances that it finds are deleted.
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._query
  - wsman.automation._target
  - wsman.automation._request
  - wsman.automation._session
attributes:
  check_mode:
    support: full
    details: The instance is read to see whether it exists, and nothing is deleted.
  diff_mode:
    support: partial
    details: It shows which instance goes, not what that holds.
"""

EXAMPLES = r"""
- name: Close the listener on HTTP
  wsman.automation.wsman_delete:
    resource_uri: winrm/config/listener
    selector_set:
      Address: "*"
      Transport: HTTP

- name: Delete what an enumeration found
  wsman.automation.wsman_delete:
    endpoint_reference: "{{ reference }}"
  loop: "{{ found.endpoint_references }}"
  loop_control:
    loop_var: reference

- name: Delete what a query finds, if these are not more than five
  wsman.automation.wsman_delete:
    resource_uri: wmicimv2/*
    filter: SELECT * FROM Win32_Environment WHERE Name = 'APP_HOME'
    limit_targets: 5
"""

RETURN = r"""
diff:
  description:
    - The address of the instance in C(before) and nothing in C(after). Both are empty where there was no such instance.
  returned: success
  type: dict
  contains:
    before:
      description: Where the instance is.
      type: dict
      sample: {"resource_uri": "http://schemas.microsoft.com/wbem/wsman/1/config/listener", "selector_set": {"Address": "*", "Transport": "HTTP"}}
    after:
      description: Nothing.
      type: dict
      sample: {}
results:
  description:
    - With O(filter), what the module returns of each instance that it found, with its C(endpoint_reference) beside it. RV(diff) has
      the differences of all of them then, each under the name of its instance.
  returned: with O(filter)
  type: list
  elements: dict
  sample:
    - changed: true
      endpoint_reference:
        resource_uri: http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing
        selector_set: {"Name": "a"}
count:
  description: How many instances O(filter) has found.
  returned: with O(filter)
  type: int
  sample: 1
endpoint_references:
  description: The first instances that O(filter) finds.
  returned: when these are more than O(limit_targets)
  type: list
  elements: dict
  sample: [{"resource_uri": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_Thing", "selector_set": {"Name": "a"}}]
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
    module = AnsibleModule(argument_spec=_argspec.delete_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_delete"))


if __name__ == "__main__":
    main()
