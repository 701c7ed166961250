# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say which resource a task is about: ``_argspec.target()``."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as ``wsman.automation._target``."""

    DOCUMENTATION = r"""
options:
  resource_uri:
    description:
      - The resource, as a URI or by one of Windows' aliases, which are written out before anything is sent.
      - V(winrm/) and V(wsman/) stand for C(http://schemas.microsoft.com/wbem/wsman/1/), V(wmi/) for
        C(http://schemas.microsoft.com/wbem/wsman/1/wmi/), V(wmicimv2/) for the namespace C(root/cimv2) under it, V(cimv2/) for
        C(http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/) and V(shell/) for
        C(http://schemas.microsoft.com/wbem/wsman/1/windows/shell/). V(cimv2/*), for queries, is
        C(http://schemas.dmtf.org/wbem/wscim/1/*), all classes of a namespace.
      - Selectors can follow as C(winrm) takes them, V(wmicimv2/Win32_Service?Name=WinRM) or
        V(winrm/config/listener?Address=*+Transport=HTTP). A value that holds C(+), C(?) or C(=) is put in double quotes.
      - Either this or O(endpoint_reference) is required.
    type: str
  selector_set:
    description:
      - The selectors that tell one instance of the resource from the others, name to value.
      - A value is text, a number or a boolean, or a dictionary in the form of an O(endpoint_reference) where the key of a
        class is a reference.
      - Names and values are sent as written. Windows compares them without regard to case, other services do not.
    type: dict
  endpoint_reference:
    description:
      - The resource as an earlier result named it, with the members C(address), C(resource_uri) and C(selector_set). It takes
        the place of O(resource_uri) and O(selector_set), which must not be given with it.
      - The C(address) in it is not where the request goes. That is always the service of the connection.
    type: dict
  option_set:
    description:
      - Options for the service's handler of this resource, as a dictionary of name to value. V(null) sends the option without
        a value, which is how a flag is set.
      - Or a list of dictionaries with the members C(name), C(value), C(type) (an XML schema type such as V(xs:boolean)) and
        C(must_comply). Where that is true and the service does not know the option, the request fails.
    type: raw
  namespace:
    description:
      - The CIM namespace, sent as the selector C(__cimnamespace). A backslash is written as a slash.
      - Without it the service's own default counts, which is C(root/hardware) on Windows and mostly C(root/cimv2) elsewhere.
      - A URI that begins with V(wmi/) names its namespace itself and needs none.
    type: str
"""
