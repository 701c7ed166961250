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
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._target
  - wsman.automation._representation
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

- name: Rename the listener's host
  wsman.automation.wsman_put:
    resource_uri: winrm/config/listener
    selector_set:
      Address: "*"
      Transport: HTTPS
    properties:
      Hostname: server1.example.com

- name: Write an array of a CIM instance
  wsman.automation.wsman_put:
    resource_uri: cimv2/Lab_Scratch
    namespace: root/cimv2
    selector_set:
      Name: first
    properties:
      Words: [a, b]

- name: Replace one member
  wsman.automation.wsman_put:
    resource_uri: "wmicimv2/Win32_LogicalDisk?DeviceID=C:"
    fragment: VolumeName
    value: System

- name: Send a representation of one's own making
  wsman.automation.wsman_put:
    resource_uri: winrm/config/winrs
    body: |
      <cfg:Winrs xmlns:cfg="http://schemas.microsoft.com/wbem/wsman/1/config/winrs">
        <cfg:MaxShellsPerUser>50</cfg:MaxShellsPerUser>
      </cfg:Winrs>
"""

RETURN = r"""
instance:
  description:
    - The properties of the instance after the task, by name. In check mode, as they were read.
    - A property that the wire shows several times is a list, a nested element a dictionary, a reference an endpoint reference, an
      empty value marked as such V(null).
    - Numbers and booleans have their type where it is known, from the schemas that are built in (C(winrm/config) and what is under
      it, shells) or from the answer itself. Everything else is text exactly as received.
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
      whether they differ. They are written along with a change of another member, and never alone.
  returned: when there are such members
  type: list
  elements: str
  sample: [Password]
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
