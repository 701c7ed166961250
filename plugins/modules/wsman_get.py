# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_get; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_get
short_description: Read one instance of a WS-Management resource
version_added: 0.1.0
description:
  - Reads one instance of a resource (WS-Transfer Get) and returns its properties as plain data.
options:
  fragment:
    description:
      - Read one member only, as a path in one of the forms V(Name), V(Name[2]), V(Name/text()), V(Name[2]/text()). It does not
        begin with a slash.
      - Or a dictionary with the members C(path) and C(dialect). The only dialect is V(xpath), of which these forms are a part.
      - Windows is asked for the member alone. From every other service, and from C(winrm/config), the whole instance is read and
        the path is looked up in it, with the same result.
      - A member that the class does not have is refused where its schema is known. Elsewhere it has no value.
    type: raw
  value_maps:
    description:
      - Whether to add RV(value_names), the names that the schema of the class has for the instance's values.
    type: bool
    default: false
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._types
  - wsman.automation._target
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
- name: Read the configuration of WinRM
  wsman.automation.wsman_get:
    resource_uri: winrm/config
  register: config

- name: Insist on encryption
  ansible.builtin.assert:
    that: not config.instance.Service.AllowUnencrypted

- name: Read one service by its key
  wsman.automation.wsman_get:
    resource_uri: wmicimv2/Win32_Service
    selector_set:
      Name: WinRM

- name: The same, written as winrm takes it
  wsman.automation.wsman_get:
    resource_uri: wmicimv2/Win32_Service?Name=WinRM

- name: Read one member
  wsman.automation.wsman_get:
    resource_uri: wmicimv2/Win32_OperatingSystem
    fragment: LastBootUpTime
  register: boot

- name: Read an instance of a CIM class of OMI
  wsman.automation.wsman_get:
    resource_uri: http://schemas.microsoft.com/wbem/wscim/1/cim-schema/2/SCX_Agent
    namespace: root/scx
    selector_set:
      Name: scx

- name: Say which types values have on a service without schemas
  wsman.automation.wsman_get:
    resource_uri: http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Linux_OperatingSystem
    namespace: root/cimv2
    selector_set:
      Name: server1
    types:
      NumberOfUsers: uint32
      OperationalStatus: uint16[]

- name: Follow a reference from an earlier result
  wsman.automation.wsman_get:
    endpoint_reference: "{{ found.endpoint_references[0] }}"
"""

RETURN = r"""
instance:
  description:
    - The properties of the instance, by name.
    - Values have the types that the schema of the class says, where the service gives it (Windows and OMI), where it is built in
      (C(winrm/config) and what is under it, shells), or where O(types) says them. An array is a list then, also with one value or none,
      and integers of 64 bits are exact.
    - Without these, what the answer itself marks has its type, a property that it shows several times is a list, and everything else is
      text exactly as received.
    - Times are in ISO 8601, octets in base64, a nested element or an embedded instance is a dictionary, a reference an endpoint
      reference, an empty value marked as such V(null). Reals that JSON does not have are V(NaN), V(INF) and V(-INF).
  returned: success, without O(fragment)
  type: dict
  sample: {"Name": "WinRM", "State": "Running", "StartMode": "Auto"}
class_name:
  description: The class of the instance, where the answer names it.
  returned: success, without O(fragment)
  type: str
  sample: Win32_Service
value_names:
  description:
    - The names that the schema of the class has (its qualifiers C(ValueMap) and C(Values)) for values of RV(instance), by property. A list
      for a list, a dictionary for an embedded instance.
    - Only properties that have such a name are there. It is empty where the service gives no schema, or none with names; OMI's have none.
  returned: success, with O(value_maps=true)
  type: dict
  sample: {"EnabledState": "Enabled"}
sources:
  description: Which members a group policy controls, in the shape of RV(instance), with C(GPO) in place of the value.
  returned: when the answer has members with a source
  type: dict
  sample: {"Auth": {"Basic": "GPO"}}
value:
  description:
    - What O(fragment) selects. A scalar (or the dictionary of a nested element), a list where the path gives several, V(null) where
      it gives nothing.
  returned: success, with O(fragment)
  type: raw
  sample: "2026-01-02T03:04:05Z"
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
    module = AnsibleModule(argument_spec=_argspec.get_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_get"))


if __name__ == "__main__":
    main()
