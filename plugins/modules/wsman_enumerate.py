# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of wsman_enumerate; the work is done by the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: wsman_enumerate
short_description: Read all instances of a WS-Management resource, or those that a query selects
version_added: 0.1.0
description:
  - Reads instances (WS-Enumeration), in as many answers as it takes, and returns them in the order of the service.
  - With O(dest) they go to a file on the control node instead, while they come, so that an enumeration of any size takes no more memory
    than two answers of the service do.
  - However the task ends, the enumeration is closed on the service. After a C(deadline) of the connection that has one second of its own.
  - A request that timed out on the service is repeated up to three times. Where the service loses instances because its answer became too
    large, or forgets the enumeration, all that came is discarded and it is begun again with half of O(max_elements), up to four times, and
    so it is without halving where the connection is lost in the middle.
    So the result is complete and holds nothing twice, or the task fails and says how far it came; RV(recovered) says what happened.
  - Every five seconds one line says how many instances came so far.
options:
  filter:
    description:
      - What to select, in the language that O(dialect) names. A text, or a dictionary of selectors for O(dialect=selector).
      - A WQL query needs a O(resource_uri) that ends in V(*), such as V(wmicimv2/*).
    type: raw
  dialect:
    description:
      - The language of O(filter), V(wql), V(cql), V(xpath), V(selector), V(association), or the URI of another.
      - The default is V(selector) for a dictionary, V(association) with O(association), else V(wql).
    type: str
  association:
    description:
      - Select what is associated with an object, instead of O(filter). The O(resource_uri) ends in V(*), such as V(wmicimv2/*).
    type: dict
    suboptions:
      object:
        description: The object, as an endpoint reference from a result, or with the members C(resource_uri) and C(selector_set).
        type: dict
        required: true
      mode:
        description:
          - Whether to return the instances at the far end (V(associated_instances)), or the associations themselves
            (V(association_instances)). The standard and WQL have other words for the same.
        type: str
        choices:
          - associated_instances
          - association_instances
          - AssociatedInstances
          - AssociationInstances
          - associators
          - references
        default: associated_instances
      association_class_name:
        description: Only through associations of this class.
        type: str
      result_class_name:
        description: Only instances of this class.
        type: str
      role:
        description: The name of the association's member that refers to O(association.object).
        type: str
      result_role:
        description: The name of the association's member that refers to the result.
        type: str
      include_result_property:
        description: Only these properties of the result.
        type: list
        elements: str
  return_type:
    description: Whether to return the instances, their endpoint references, or both.
    type: str
    choices: [object, epr, object_and_epr]
    default: object
  polymorphism:
    description:
      - How instances of subclasses are returned, with their own properties (V(include_subclass_properties), which Windows calls V(deep)),
        with those of the base class alone (V(exclude_subclass_properties), V(base_properties_only)), or not at all
        (V(none), V(shallow)).
      - Without it nothing is said to the service, which then mostly includes them. Windows ignores or refuses it for some resources.
    type: str
    choices:
      - include_subclass_properties
      - exclude_subclass_properties
      - none
      - deep
      - base_properties_only
      - shallow
  max_elements:
    description:
      - How many instances one answer may carry at most.
      - The default begins with the option C(batch_items) of the connection, and is doubled as long as answers take less than a second and
        less than a third of C(max_envelope_size).
    type: int
  limit:
    description: Stop after this many instances.
    type: int
  properties:
    description:
      - Return these properties alone, in this order. V(null) stands for one that an instance does not hold.
      - A service that takes WQL (Windows, OMI, Openwsman, iDRAC) is asked for no more than these; from others they are picked out of
        what they send, and so with O(polymorphism), with O(return_type=object_and_epr), and with a O(filter) in another dialect.
        The result is the same.
      - A name that the schema of the class does not have is refused. Where there is no schema, a name that no instance has gives a warning.
      - A query in O(filter) must begin with C(SELECT *) then.
    type: list
    elements: str
  value_maps:
    description:
      - Whether to add RV(value_names), the names that the schemas of the classes have for values of the instances.
    type: bool
    default: false
  dest:
    description:
      - Write what is read to this file on the control node, and do not return it.
      - A relative path is relative to the playbook, as with M(ansible.builtin.fetch), and to the current folder in an ad hoc command.
        Hosts that are to have a file of their own need a name of their own in it, such as C({{ inventory_hostname }}).
      - The folder must exist. The file is written beside its place, and put in place when it is complete, so that a task that fails or is
        interrupted, a full disk, or a service that goes away leave the old file as it was. The message of a failed task says so.
      - Until then it has no name, so that nothing is left of it even where Ansible is killed. On a file system that has no such files
        (NFS), or not on Linux, its name is C(.NAME.wsman_enumerate-*.tmp), and a run that is killed leaves it behind.
      - A file with the same content already is left alone, and the task has not changed anything. The order is the service's.
      - A symbolic link stays, and the file that it leads to is written. What is no regular file, such as a device, is refused.
      - Each record is an instance, in the form of RV(instances). With O(return_type=epr) it is an endpoint reference. With
        O(return_type=object_and_epr) or O(value_maps=true) it is a dictionary with C(instance), C(class_name), and C(value_names) or
        C(endpoint_reference).
      - Secrets of the connection are replaced in it, as in any result.
    type: path
    version_added: 0.1.0
  format:
    description:
      - The format of O(dest), in UTF-8. The default is V(jsonl).
      - V(jsonl) has one JSON document a line for each instance. V(json) has one list of them. Integers are exact in both.
      - V(csv) has a line of names, then one line for each instance. The columns are O(properties) in their order, or the list of the query in
        O(filter), or the properties of the class in the order of its schema, or those of the first answer where there is no schema.
        An instance that has another property later fails the task, and O(properties) is the remedy.
        Null is an empty field, an empty text is C(""), a boolean is C(true) or C(false), and what is no scalar is JSON.
        C(class_name), C(value_names) and C(endpoint_reference) are the last columns where they are asked for.
    type: str
    choices: [jsonl, json, csv]
    version_added: 0.1.0
  mode:
    description:
      - The permissions of O(dest), as octal digits in quotes.
      - Without it a new file is readable and writable by its owner alone (V('0600')), and a file that is there keeps its permissions and owner.
    type: raw
    version_added: 0.1.0
  progress:
    description: Whether to show every five seconds how many instances came so far, on the standard error output.
    type: bool
    default: true
    version_added: 0.1.0
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
    details: The request is sent in check mode too. The file of O(dest) is not written then, and C(changed) tells whether it would be.
  diff_mode:
    support: full
    details: It shows the file of O(dest) before and after, or its sizes and checksums where it is larger than Ansible's C(max_diff_size).
"""

EXAMPLES = r"""
- name: Read every listener
  wsman.automation.wsman_enumerate:
    resource_uri: winrm/config/listener
  register: listeners

- name: Find services that should run and do not
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/*
    filter: SELECT Name, State FROM Win32_Service WHERE StartMode = 'Auto' AND State <> 'Running'
  register: stopped

- name: Select by selectors
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/Win32_Service
    filter:
      State: Running

- name: Read the computer that a service runs on, by association
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/*
    association:
      object:
        resource_uri: wmicimv2/Win32_Service
        selector_set:
          Name: WinRM
      result_class_name: Win32_ComputerSystem

- name: Read two properties of every disk
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/Win32_LogicalDisk
    properties: [DeviceID, FreeSpace]
  register: disks

- name: Get references only, and not more than ten
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/Win32_Process
    return_type: epr
    limit: 10
  register: processes

- name: Write all processes to a file of each host
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/Win32_Process
    dest: "{{ inventory_hostname }}-processes.jsonl"
  register: written

- name: Write a table that everybody may read
  wsman.automation.wsman_enumerate:
    resource_uri: wmicimv2/Win32_Service
    properties: [Name, State, StartMode]
    dest: "{{ inventory_hostname }}-services.csv"
    format: csv
    mode: "0644"
"""

RETURN = r"""
instances:
  description:
    - The instances in the order of the service, each in the form of RV(ignore:instance) of M(wsman.automation.wsman_get).
  returned: success, without O(dest), with O(return_type) V(object) or V(object_and_epr)
  type: list
  elements: dict
  sample: [{"Name": "WinRM", "State": "Running"}]
class_names:
  description:
    - The class of each of RV(instances), in the same order. V(null) where the answer does not name it.
    - Where Windows answers a query for some properties alone it is the class that the query names.
  returned: success, without O(dest), with O(return_type) V(object) or V(object_and_epr)
  type: list
  elements: str
  sample: [Win32_Service]
value_names:
  description:
    - The names that the schema of its class has for values of each of RV(instances), in the same order and in the form of
      RV(ignore:value_names) of M(wsman.automation.wsman_get).
  returned: success, without O(dest), with O(value_maps=true) and O(return_type) V(object) or V(object_and_epr)
  type: list
  elements: dict
  sample: [{"EnabledState": "Enabled"}]
endpoint_references:
  description: The endpoint references of the instances, in the same order.
  returned: success, without O(dest), with O(return_type) V(epr) or V(object_and_epr)
  type: list
  elements: dict
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
dest:
  description: The file that holds them.
  returned: success, with O(dest)
  type: str
  sample: /home/ansible/server1-processes.jsonl
size:
  description: How many octets the file has.
  returned: success, with O(dest)
  type: int
  sample: 48213
checksum:
  description: The sha256 of the file.
  returned: success, with O(dest)
  type: str
  sample: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
count:
  description: How many there are in the result, or in the file.
  returned: success
  type: int
  sample: 1
recovered:
  description:
    - What failed on the way and was put right, in this order. The result is complete all the same.
    - Where the task has failed nevertheless, what was tried before.
  returned: success, and when the enumeration failed
  type: list
  elements: dict
  contains:
    at_pull:
      description: The request (C(Pull)) that failed, counted from 1 in its pass. V(0) is the C(Enumerate) before them.
      type: int
      sample: 7
    fault:
      description: The fault that the service answered with. V(null) where the connection was lost instead.
      type: str
      sample: wsman:EncodingLimit
    action:
      description: V(repeated) where the same was asked again, V(restarted) where all was discarded and begun again.
      type: str
      sample: restarted
    max_elements:
      description: How many instances were asked for at a time from then on.
      type: int
      sample: 50
truncated:
  description: Whether O(limit) ended the enumeration before the service did.
  returned: success
  type: bool
  sample: false
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
    module = AnsibleModule(argument_spec=_argspec.enumerate_module(), supports_check_mode=True)
    module.fail_json(msg=_argspec.RUNS_ON_THE_CONTROL_NODE.format(module="wsman_enumerate"))


if __name__ == "__main__":
    main()
