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
  - Waits for the job that the method starts, if O(wait_for_job) says so.
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
        reference, any other dictionary an embedded instance, V(null) no value.
      - Where the service gives the schema of the class, as Windows and OMI do, each value gets the type of its parameter, and an unknown
        parameter, a wrong type and a number out of range are refused before anything is called. O(types) can name parameters too.
      - Without a schema, use O(body) with C(xsi:type) where a service must be told the class of an embedded instance.
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
  expected_return_values:
    description:
      - The return values that are good, as numbers or texts. The task fails with any other, and its result has RV(return_value) and
        RV(output) all the same. V(null) in the list stands for no return value.
      - By default only the methods of an iDRAC are judged, by V([0, 4096]), because other classes mean different things by the same
        numbers. An empty list judges nothing.
    type: list
    elements: raw
  wait_for_job:
    description:
      - Wait until the job that the method has started is done, and fail if it does not end well. The job is the first output that is an
        endpoint reference of a class whose name ends in C(Job). A method that starts none is done at once.
      - The job is read after 1, 2, 4, 8 and then every 10 seconds; C(-v) shows how far it is. A service that restarts meanwhile is
        asked until it answers again.
    type: bool
    default: false
  job_timeout:
    description:
      - How many seconds to wait for the job. The O(ignore:deadline) of the connection ends the wait too.
    type: float
    default: 1800
extends_documentation_fragment:
  - action_common_attributes
  - action_common_attributes.actiongroups
  - action_common_attributes.conn
  - action_common_attributes.flow
  - wsman.automation._attributes
  - wsman.automation._query
  - wsman.automation._types
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
    O(expected_return_values).
  - With O(filter) the method is called on each instance that is found, and each of RV(results) has the members that the result
    has without it.
"""

EXAMPLES = r"""
- name: Start a service
  wsman.automation.wsman_invoke:
    resource_uri: wmicimv2/Win32_Service?Name=Spooler
    method: StartService
    expected_return_values: [0, 10]
  register: start
  changed_when: start is not failed and start.return_value != 10 # it was running already

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

- name: Stop every service of one account
  wsman.automation.wsman_invoke:
    resource_uri: wmicimv2/*
    filter: select * from Win32_Service where StartName = 'EXAMPLE\\batch' and State = 'Running'
    limit_targets: 20
    method: StopService
    expected_return_values: [0]

- name: Apply the pending BIOS settings of a server, and wait for the job
  wsman.automation.wsman_invoke:
    resource_uri: http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/DCIM_BIOSService
    selector_set:
      SystemCreationClassName: DCIM_ComputerSystem
      CreationClassName: DCIM_BIOSService
      SystemName: DCIM:ComputerSystem
      Name: DCIM:BIOSService
    namespace: root/dcim
    method: CreateTargetedConfigJob
    arguments:
      Target: BIOS.Setup.1-1
      RebootJobType: 3
      ScheduledStartTime: TIME_NOW
    wait_for_job: true
    job_timeout: 3600
"""

RETURN = r"""
output:
  description:
    - The output parameters of the method, by name, in the form that RV(ignore:instance) of M(wsman.automation.wsman_get) has. Empty in
      check mode, if the call was not sent.
  returned: when the method was called, also if it has returned what was not expected or its job has failed
  type: dict
  sample: {"ProcessId": "4711"}
return_value:
  description:
    - C(ReturnValue) of the answer, of the type that the schema of the class gives it. Without a schema it is an integer where it is a
      whole number in its usual spelling, for nearly every method returns a C(uint32). This is the only value that gets a type without
      a schema or a mark in the answer. Any other is text.
    - V(null) where the method returned none, and in check mode, if the call was not sent.
  returned: when the method was called, also if it has returned what was not expected or its job has failed
  type: raw
  sample: 0
job_endpoint_reference:
  description:
    - The job that the method has started, in the form that O(endpoint_reference) takes.
  returned: when the method has started a job
  type: dict
  sample:
    address: http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous
    resource_uri: http://schemas.dell.com/wbem/wscim/1/cim-schema/2/DCIM_LifecycleJob
    selector_set: {"InstanceID": "JID_442507917525", "__cimnamespace": "root/dcim"}
job:
  description:
    - The job as it was seen last, in the form that RV(ignore:instance) of M(wsman.automation.wsman_get) has. V(null) where the method
      has started none, and where the job was never seen.
  returned: when O(wait_for_job=true) and the method was called, also if the job has failed
  type: dict
  sample: {"InstanceID": "JID_442507917525", "JobStatus": "Completed", "Message": "Job completed successfully.", "PercentComplete": "100"}
results:
  description:
    - What came of each instance that O(filter) found, in the order of the service. Each has C(endpoint_reference), the instance, and
      C(changed), C(output), C(return_value) and so on as the result has them without O(filter).
  returned: when O(filter) is given
  type: list
  elements: dict
  sample: [{"changed": true, "output": {}, "return_value": 0, "endpoint_reference": {"resource_uri": "..."}}]
count:
  description:
    - How many instances O(filter) found.
  returned: when O(filter) is given
  type: int
  sample: 1
endpoint_references:
  description:
    - The instances that O(filter) found, none of which was touched.
  returned: when O(filter) found more than O(limit_targets)
  type: list
  elements: dict
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
