# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_create; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_create
short_description: Create an instance of a WS-Management resource
version_added: 0.1.0
description:
  - Creates an instance (WS-Transfer Create) unless it exists with the wanted values.
  - The instance is looked for by its keys first, which O(selector_set) gives, or O(properties) where the schema of the class is known
    and all of its keys are among them. If it exists and holds every wanted value, nothing changes. If it exists with other
    values the task fails, names them in RV(differences) and leaves them to M(wsman.automation.wsman_put).
  - Without the keys nobody can tell whether the instance exists. The request is then sent once, and check mode is refused.
  - After that the instance is read and compared, as O(verify) says. A service may give it other keys than were asked for. These
    are followed, and a warning names them.
  - For C(winrm/config) and other resources that are no CIM class the selectors go into the header of the request, where these services
    want them. For a CIM or WMI class they are keys of the instance and are added to O(properties) where they are missing there, and
    only O(namespace) goes into the header.
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
  - wsman.automation._request
  - wsman.automation._session
attributes:
  check_mode:
    support: partial
    details: Needs the keys of the instance, to see whether it exists.
  diff_mode:
    support: full
"""

EXAMPLES = r"""
- name: Listen on HTTPS
  wsman.automation.wsman_create:
    resource_uri: winrm/config/listener
    selector_set:
      Address: "*"
      Transport: HTTPS
    properties:
      Hostname: server1.example.com
      CertificateThumbprint: "{{ thumbprint }}"

- name: Map a client certificate to a local account
  wsman.automation.wsman_create:
    resource_uri: winrm/config/service/certmapping
    selector_set:
      Issuer: 1b3fd224d66c6413fe20d21e38b304226d192dfe
      Subject: ansible@example.com
      URI: "*"
    properties:
      UserName: ansible
      Password: "{{ account_password }}"
  no_log: true

- name: Create an instance of a class of WMI, here a variable of the environment
  wsman.automation.wsman_create:
    resource_uri: wmicimv2/Win32_Environment
    selector_set:
      Name: APP_HOME
      UserName: <SYSTEM>
    properties:
      VariableValue: C:\Apps
  register: created

- name: Remove it again by the reference that the service gave
  wsman.automation.wsman_delete:
    endpoint_reference: "{{ created.endpoint_reference }}"
"""

RETURN = r"""
endpoint_reference:
  description: Names the instance, for the same option of every module. V(null) where the service gave none.
  returned: success, outside of check mode or where the instance exists
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
    - The properties of the instance, by name. V(null) where the service refuses to show it, which a warning then says.
    - Values are in the form of RV(ignore:instance) of M(wsman.automation.wsman_get).
  returned: success, outside of check mode or where the instance exists
  type: dict
  sample: {"Name": "WinRM", "State": "Running", "StartMode": "Auto"}
class_name:
  description: The class of the instance, where the answer names it.
  returned: success, outside of check mode or where the instance exists
  type: str
  sample: Win32_Service
sources:
  description: Which members a group policy controls, in the shape of RV(instance), with C(GPO) in place of the value.
  returned: when the answer has members with a source
  type: dict
  sample: {"Auth": {"Basic": "GPO"}}
differences:
  description: The members that differ, where the instance exists with other values. Values of members named like a secret are masked.
  returned: when the instance exists with other values
  type: dict
  sample: {"Port": {"held": 5986, "wanted": 443}}
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
      whether they differ. They are not compared with an instance that exists.
  returned: when there are such members
  type: list
  elements: str
  sample: [Password]
verified:
  description:
    - Whether the instance was read after the change and holds what was wanted. V(false) too where it could not be read, or
      O(verify=false).
  returned: when it was created
  type: bool
  sample: true
ignored:
  description: Wanted members that the new instance does not have, each with C(held) and C(wanted).
  returned: when there are such members
  type: dict
  sample: {"StartMode": {"held": null, "wanted": "Auto"}}
altered:
  description: Wanted members that hold something else, each with C(before), C(held) and C(wanted).
  returned: when there are such members
  type: dict
  sample: {"Level": {"before": "7", "held": "44", "wanted": 300}}
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
    module = AnsibleModule(argument_spec=_argspec.create_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_create"))


if __name__ == "__main__":
    main()
