# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_schema; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_schema
short_description: Read the schema of a class
version_added: 0.1.0
description:
  - Returns what a service says of a class as plain data, its properties with their types and keys, its methods with their
    parameters, and all qualifiers.
  - Windows (8 and Server 2012 or newer) and OMI give schemas of classes. Openwsman, iDRAC and Intel AMT refuse, and the task fails with
    their fault.
  - Without a class it returns the names of the classes of a namespace, which Windows alone lists.
options:
  class_name:
    description:
      - The class. It cannot be given together with O(resource_uri).
      - Without it, and without O(resource_uri), the classes of O(namespace) are listed.
    type: str
  namespace:
    description:
      - The CIM namespace. The default is C(root/cimv2), or with O(resource_uri) the namespace that is in it.
    type: str
  resource_uri:
    description:
      - The class as a resource, as the other modules take it, such as V(wmicimv2/Win32_Service).
      - What is known of V(winrm/config) and the resources below it is built in, and returned without asking the service.
    type: str
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
- name: Read what there is to know of a class
  wsman.automation.wsman_schema:
    class_name: Win32_Service
  register: service

- name: Say which parameters a method takes
  ansible.builtin.debug:
    var: service.schema.methods.ChangeStartMode.inputs

- name: Read the schema of a class in another namespace
  wsman.automation.wsman_schema:
    resource_uri: wmi/root/standardcimv2/MSFT_NetAdapter

- name: List the classes of a namespace of Windows
  wsman.automation.wsman_schema:
    namespace: root/standardcimv2
  register: network
"""

RETURN = r"""
schema:
  description: The class.
  returned: success, with O(class_name) or O(resource_uri)
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: Win32_Service
    superclass:
      description: The class that it is derived from, V(null) for none.
      type: str
      sample: Win32_BaseService
    namespace:
      description: The CIM namespace, or the XML namespace of a resource whose schema is built in.
      type: str
      sample: root/cimv2
    key_names:
      description: The names of the properties that say which instance it is.
      type: list
      elements: str
      sample: [Name]
    properties:
      description:
        - The properties by name, inherited ones too, each with C(type), C(array) and C(key).
        - And where they are known, C(class_name) of a reference or an embedded instance, C(read_only), C(write_only), C(deprecated),
          C(minimum), C(maximum), C(allowed_values) (the texts allowed), C(value_map) (names of values), C(members) (of a nested element), and
          C(qualifiers) as the service has them.
      type: dict
      sample: {"Name": {"type": "string", "array": false, "key": true, "qualifiers": {"key": true}}}
    methods:
      description:
        - The methods by name, each with C(type) (of the return value), C(static), and C(inputs) and C(outputs), which have the form of
          C(properties).
      type: dict
      sample: {"StartService": {"type": "uint32", "static": false, "inputs": {}, "outputs": {}}}
    qualifiers:
      description: The qualifiers of the class, if it has any.
      type: dict
      sample: {"dynamic": true, "provider": "CIMWin32"}
class_names:
  description: The names of the classes in O(namespace), in the order of the alphabet.
  returned: success, without O(class_name) and O(resource_uri)
  type: list
  elements: str
  sample: [CIM_Service, Win32_BaseService, Win32_Service]
count:
  description: How many classes there are.
  returned: success, without O(class_name) and O(resource_uri)
  type: int
  sample: 3
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
    module = AnsibleModule(argument_spec=_argspec.schema_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_schema"))


if __name__ == "__main__":
    main()
