# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_invoke; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_invoke
short_description: Call a method of a WS-Management resource
version_added: 0.1.0
description:
  - Calls a method of an instance or of a class and returns what it gives back.
  - A call counts as a change and is not sent in check mode, unless O(read_only) says that it changes nothing.
options:
  method:
    description:
      - The name of the method, such as V(StartService), or a whole action URI for those that are not formed from the resource's.
    type: str
    required: true
  arguments:
    description:
      - The input parameters, name to value. A list is an array, a dictionary with the member C(resource_uri) an endpoint
        reference, any other dictionary an embedded instance, V(null) no value. Where a service must be told the class of an embedded
        instance, as Windows must, use O(body) with C(xsi:type).
    type: dict
  body:
    description:
      - The whole body as the service shall receive it, instead of O(arguments), as XML text with one root element or as a
        dictionary with one key in the form that C(xmltodict) knows. Names without a prefix are in the namespace of the resource then.
    type: raw
  read_only:
    description:
      - Whether the method changes nothing. V(true) makes the task C(ok) instead of C(changed), and sends the call in check mode too.
    type: bool
    default: false
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._target
  - wsman.automation._request
  - wsman.automation._session
attributes:
  check_mode:
    support: partial
    details: Only a call with O(read_only=true) is sent in check mode. Any other is reported as a change.
  diff_mode:
    support: none
notes:
  - The service reports many failures of a method in RV(return_value), with an answer that is otherwise good. Judge it with
    C(failed_when).
"""

EXAMPLES = r"""
- name: Start a service
  wsman.automation.wsman_invoke:
    resource_uri: wmicimv2/Win32_Service?Name=Spooler
    method: StartService
  register: start
  changed_when: start is not failed and start.return_value != 10 # it was running already
  failed_when: start is failed or start.return_value not in [0, 10, none] # none in check mode

- name: Run a program
  wsman.automation.wsman_invoke:
    resource_uri: wmicimv2/Win32_Process
    method: Create
    arguments:
      CommandLine: notepad.exe
      CurrentDirectory: C:\
  register: process

- name: Ask something that changes nothing
  wsman.automation.wsman_invoke:
    resource_uri: wmicimv2/Win32_Process?Handle=4
    method: GetOwner
    read_only: true

- name: Set WinRM up, as quickconfig does
  wsman.automation.wsman_invoke:
    resource_uri: winrm/config/service
    method: EnableRemoting
    arguments:
      Transport: HTTP
"""

RETURN = r"""
output:
  description:
    - The output parameters of the method, by name, in the form that RV(ignore:instance) of M(wsman.automation.wsman_get) has. Empty in
      check mode, if the call was not sent.
  returned: success
  type: dict
  sample: {"ProcessId": "4711"}
return_value:
  description:
    - C(ReturnValue) of the answer. Where it is a whole number in its usual spelling it is an integer, for nearly every method returns
      a C(uint32). This is the only value that gets a type without a schema or a mark in the answer. Any other is text.
    - V(null) where the method returned none, and in check mode, if the call was not sent.
  returned: success
  type: raw
  sample: 0
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
    module = AnsibleModule(argument_spec=_argspec.invoke_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_invoke"))


if __name__ == "__main__":
    main()
