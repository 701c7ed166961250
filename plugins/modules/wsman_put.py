# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_put; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_put
short_description: Change an instance of a WS-Management resource
version_added: 0.1.0
description:
  - Makes an existing instance hold the wanted values. The instance is read first. If it holds them all, nothing is sent.
  - With O(properties) the wanted values are put into what was read, and the whole is written back (WS-Transfer Put), as the service
    at hand needs it. Members of C(winrm/config) are written to the smallest resource that holds them.
  - Values are compared as what they are. The held text C(300) equals the number V(300), C(TRUE) equals V(true), two
    spellings of one point in time are equal.
  - After a change the instance is read again and compared, as O(verify) says.
  - With O(filter) all instances that it finds are read and compared before the first of them is written.
options:
  body:
    description:
      - The whole representation as the service shall receive it, as XML text with one root element, or as a dictionary with
        one key in the form that C(xmltodict) knows. Names without a prefix are in the namespace of the resource then.
      - It is sent as it is, if one of the members that it names differs from what was read.
  fragment:
    description:
      - Change one member only, given as a path as in M(wsman.automation.wsman_get), to O(value).
    type: raw
  value:
    description:
      - The value for O(fragment). A list replaces the whole array, V(null) clears the member.
    type: raw
  omit:
    description:
      - Members that are left out of what is sent. Some firmware rejects a Put that has its read-only members.
    type: list
    elements: str
    default: []
  update_secret:
    description:
      - When to write a wanted member that reads as empty whatever it holds, so that nobody can tell whether it differs.
      - V(with_change) writes it along with a change of another member, V(on_create) never, as it was given when the instance was
        created, and V(always) each time, which is then always a change.
    type: str
    choices: [with_change, on_create, always]
    default: with_change
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._types
  - wsman.automation._target
  - wsman.automation._representation
  - wsman.automation._keeping
  - wsman.automation._query
  - wsman.automation._request
  - wsman.automation._session
attributes:
  check_mode:
    support: full
    details: The instance is read and compared, and nothing is written.
  diff_mode:
    support: full
notes:
  - Exactly one of O(properties), O(body) and O(fragment) is required.
"""

EXAMPLES = r"""
- name: Let operations take two minutes
  wsman.automation.wsman_put:
    resource_uri: winrm/config
    properties:
      MaxTimeoutms: 120000

- name: Change nested members
  wsman.automation.wsman_put:
    resource_uri: winrm/config
    properties:
      Service:
        AllowUnencrypted: false
        Auth:
          CredSSP: false
          CbtHardeningLevel: Strict

- name: Give the listener another name, and the certificate for it
  wsman.automation.wsman_put:
    resource_uri: winrm/config/listener
    selector_set:
      Address: "*"
      Transport: HTTPS
    properties:
      Hostname: server1.example.com
      CertificateThumbprint: "{{ thumbprint }}"

- name: Write an array
  wsman.automation.wsman_put:
    resource_uri: wmicimv2/Win32_ComputerSystem
    selector_set:
      Name: SERVER1
    properties:
      Roles: [LM_Workstation, LM_Server, NT]

- name: Replace one member
  wsman.automation.wsman_put:
    resource_uri: "wmicimv2/Win32_LogicalDisk?DeviceID=C:"
    fragment: VolumeName
    value: System

- name: Set a variable of the environment for every account that has it
  wsman.automation.wsman_put:
    resource_uri: wmicimv2/*
    filter: SELECT * FROM Win32_Environment WHERE Name = 'APP_HOME'
    limit_targets: 10
    properties:
      VariableValue: D:\Apps

- name: Write what the firmware has of it, without what it does not take back
  wsman.automation.wsman_put:
    resource_uri: http://intel.com/wbem/wscim/1/amt-schema/1/AMT_RedirectionService
    selector_set:
      Name: Intel(r) AMT Redirection Service
    properties:
      ListenerEnabled: true
    omit: [OtherEnabledState]

- name: Send a representation of one's own making
  wsman.automation.wsman_put:
    resource_uri: winrm/config/winrs
    body: |
      <cfg:Winrs xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config/winrs">
        <cfg:MaxShellsPerUser>50</cfg:MaxShellsPerUser>
      </cfg:Winrs>
"""

RETURN = r"""
endpoint_reference:
  description: Names the instance, for the same option of every module.
  returned: success, without O(filter)
  type: dict
  contains:
    address:
      description: The address in the answer. Mostly the anonymous one, which means the service itself.
      type: str
      sample: http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous
    resource_uri:
      description: The resource.
      type: str
      sample: http://schemas.microsoft.com/wbem/wsman/1/config/listener
    selector_set:
      description: Its selectors, name to text or endpoint reference.
      type: dict
      sample: {"Address": "*", "Transport": "HTTPS"}
instance:
  description:
    - The properties of the instance after the task, by name. In check mode, as they were read. V(null) where it could not be read
      after a change.
    - Values are in the form of RV(ignore:instance) of M(wsman.automation.wsman_get).
  returned: success
  type: dict
  sample: {"Name": "WinRM", "State": "Running", "StartMode": "Auto"}
class_name:
  description: The class of the instance, where the answer names it.
  returned: success
  type: str
  sample: Win32_Service
sources:
  description: Which members a group policy controls, in the shape of RV(instance), with C(GPO) in place of the value.
  returned: when the answer has members with a source
  type: dict
  sample: {"Auth": {"Basic": "GPO"}}
diff:
  description:
    - The members that differ, as they were and as they are wanted. Values of members named like a secret are masked.
    - It is empty on both sides where nothing differs.
  returned: success
  type: dict
  contains:
    before:
      description: What was held.
      type: dict
      sample: {"MaxTimeoutms": 60000}
    after:
      description: What is wanted.
      type: dict
      sample: {"MaxTimeoutms": 120000}
uncompared:
  description:
    - Wanted members that read as empty whatever they hold, such as the password of a certificate mapping, so that nobody can tell
      whether they differ. O(update_secret) says when they are written.
  returned: when there are such members
  type: list
  elements: str
  sample: [Password]
verified:
  description:
    - Whether the instance was read after the change and holds what was wanted. V(false) too where it could not be read, or
      O(verify=false).
  returned: when something was sent
  type: bool
  sample: true
ignored:
  description: Wanted members that are held as before although the service has accepted the change, each with C(held) and C(wanted).
  returned: when there are such members
  type: dict
  sample: {"StartMode": {"held": "Manual", "wanted": "Auto"}}
altered:
  description: Wanted members that hold something else than before and than was wanted, each with C(before), C(held) and C(wanted).
  returned: when there are such members
  type: dict
  sample: {"Level": {"before": "7", "held": "44", "wanted": 300}}
lost:
  description: Members that were not named and have not kept what they held, each with C(before) and C(held).
  returned: when there are such members
  type: dict
  sample: {"Installed": {"before": "20260101000000.000000+000", "held": null}}
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
    module = AnsibleModule(argument_spec=_argspec.put_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_put"))


if __name__ == "__main__":
    main()
