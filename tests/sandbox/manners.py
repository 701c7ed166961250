# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The makes of service whose manner the repository can take on (protocol.md 10; the recordings of OMI and Openwsman).

Data only: how values are spelled, which URIs and dialects are taken, which faults are given, and how a make loses or
corrupts what it is sent (``storing.py`` does it).
"""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from . import names, vendor_faults, windows_faults
from .faults import Fault
from .problems import Problem
from .render import Scope
from .style import Style
from .values import Spelling

CIM_SCHEMA = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
_DELL = "http://schemas.dell.com/wbem/wscim/1/cim-schema/2/"
_PROFILE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/"


@dataclasses.dataclass(frozen=True)
class Manner(Style):
    """How a make treats the repository; the defaults are those of Windows.

    *spelling*: values. *dialects*: of filters. *fault*: what a problem becomes. *class_bases*: the URI before a class's
    name by the prefix of the name (``DCIM``); ``""`` is for all others, else the request's own base is used.
    *any_uri*: the class is whatever follows the last slash. *query_over_class*: queries go to a class's URI too, and
    answer with that class's elements. *selector_filter*: ``ignored`` or ``applied``. *late_errors*: an enumeration that
    cannot work fails at its first Pull. *put*: ``merge`` (what may be written and is there), ``replace`` (what is left
    out becomes null), ``firmware`` (merge, but some classes want exactly what may be written), ``refused``. *loses*:
    the kinds of values that become null by every Put and Create; *keys_apart*: the keys of a body are values like
    others, beside the path; *put_moves*: what was put is last in the order. *selectors_only*: the
    keys in the body of a Put are not looked at. *empty_namespaces*: references that are
    values have an empty ``__cimnamespace``, with which nothing can be asked.
    *ignores_unknown*: properties that the class has not. *output_of_class*: a method's answer is named after the class.
    *reference_namespace*: references carry ``__cimnamespace``, ``first`` or ``last``.
    *polymorphism*: the modes that are understood. *class_schemas*: classes can be read.
    """

    spelling: Spelling = dataclasses.field(default_factory=Spelling)
    fault: t.Callable[[Problem], Fault] = windows_faults.fault
    dialects: frozenset[str] = frozenset([names.WQL, names.SELECTOR_FILTER, names.ASSOCIATION_FILTER])
    class_bases: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    any_uri: bool = False
    query_over_class: bool = False
    selector_filter: str = "applied"
    late_errors: bool = False
    put: str = "merge"
    loses: frozenset[str] = frozenset()
    keys_apart: bool = False
    put_moves: bool = False
    selectors_only: bool = False
    empty_namespaces: bool = False
    ignores_unknown: bool = False
    output_of_class: bool = False
    reference_namespace: str = "last"
    wrapped_references: bool = False
    alphabetical: bool = True
    root_types: bool = True
    projection_fragments: bool = True
    polymorphism: frozenset[str] = frozenset(["IncludeSubClassProperties"])
    namespaces_checked: bool = True
    creates_everything: bool = False
    class_schemas: bool = False


_ALL_MODES = frozenset(["IncludeSubClassProperties", "ExcludeSubClassProperties", "None"])
_QUERIES = frozenset([names.WQL, names.CQL, names.ASSOCIATION_FILTER])

WINDOWS = Manner(class_schemas=True)

_OMI_SCOPE: Scope = {
    names.SOAP: "SOAP-ENV",
    names.ADDRESSING: "wsa",
    names.ENUMERATION: "wsen",
    names.EVENTING: "e",
    names.XSI: "xsi",
    names.CIMBINDING: "wsmb",
    names.WSMAN: "wsman",
    names.TRANSFER: "wxf",
    names.CIM: "cim",
    names.WSMV: "msftwinrm",
    names.IDENTITY: "wsmid",
}

OMI = Manner(
    name="omi",
    robust=False,
    scope=_OMI_SCOPE,
    language=None,
    product_vendor="Open Management Infrastructure",
    product_version="1.0.8-6",
    product_version_anonymous="1.0.8-6",
    security_profiles=(_PROFILE + "https/basic",),
    server=None,
    realm="WSMAN",
    windows_faults=False,
    strict=False,
    case_sensitive=True,
    fragments=False,
    default_namespace="root/cimv2",
    spelling=Spelling(
        true="TRUE",
        false="FALSE",
        datetimes="iso",
        characters="number",
        short_reals=False,
        one_is_true=False,
        reads_wrapped=False,
        signed_nan=True,
        wraps=True,
    ),
    fault=vendor_faults.omi,
    translate=vendor_faults.translate_omi,
    identify_answer=f"{{{names.SOAP}}}IdentifyResponse",  # sic: wire/omi 02
    invoke_suffix="",
    empty_items=True,
    new_identifier=lambda: str(uuid.uuid4().int % (1 << 32)),
    last_context=True,
    tabs=False,
    schemes=("Basic", "Negotiate", "Kerberos"),
    dialects=_QUERIES | {names.SELECTOR_FILTER},
    class_bases={"": CIM_SCHEMA},
    any_uri=True,
    query_over_class=True,
    selector_filter="ignored",
    late_errors=True,
    put="replace",
    selectors_only=True,
    output_of_class=True,
    reference_namespace="",
    alphabetical=False,
    root_types=False,
    projection_fragments=False,
    polymorphism=_ALL_MODES,
    namespaces_checked=False,
    creates_everything=True,
    class_schemas=True,
)

_OPENWSMAN_SCOPE: Scope = {
    names.SOAP: "s",
    names.ADDRESSING: "wsa",
    names.ENUMERATION: "wsen",
    names.TRANSFER: "wxf",
    names.WSMAN: "wsman",
    names.XSI: "xsi",
}

OPENWSMAN = Manner(
    name="openwsman",
    robust=False,
    scope=_OPENWSMAN_SCOPE,
    language=None,
    product_vendor="Openwsman Project",
    product_version="2.8",
    product_version_anonymous="2.8",
    security_profiles=(),
    server="openwsman/2.8",
    realm="OPENWSMAN",
    anonymous_identify_path="/wsman-anon/identify",
    plain_fragments=True,
    overflow_lost=True,
    items_first=True,
    default_envelope=32767,
    endless_modes=frozenset(["None"]),
    fault_status=vendor_faults.openwsman_status,
    windows_faults=False,
    strict=False,
    microsoft_headers=False,
    case_sensitive=True,
    empty_context=False,
    total_items_estimate=True,
    close_connection=True,
    renews=True,
    default_namespace="root/cimv2",
    spelling=Spelling(datetimes="cim", short_reals=False, null_arrays=False, characters="number", lenient=True),
    fault=vendor_faults.openwsman,
    translate=vendor_faults.translate_openwsman,
    declaration=True,
    new_identifier=lambda: str(uuid.uuid4()),
    schemes=("Basic", "Digest"),
    dialects=_QUERIES | {names.SELECTOR_FILTER, names.XPATH},
    query_over_class=True,
    put="replace",
    loses=frozenset(["datetime", "reference", "instance"]),
    keys_apart=True,
    put_moves=True,
    empty_namespaces=True,
    ignores_unknown=True,
    reference_namespace="first",
    root_types=False,
    projection_fragments=False,
    polymorphism=_ALL_MODES,
    namespaces_checked=False,
    creates_everything=True,
)

IDRAC = dataclasses.replace(
    OPENWSMAN,
    name="idrac",
    product_vendor="Dell Inc.",
    product_version="iDRAC : System Type = 14G Monolithic : LC Version = 4.22.00.00",
    product_version_anonymous="iDRAC",
    security_profiles=(_PROFILE + "https/basic",),
    server="Apache/2.4",
    realm="OPENWSMAN",
    schemes=("Basic",),
    anonymous_identify_path=None,
    close_connection=False,
    empty_context=True,
    default_namespace="root/dcim",
    spelling=Spelling(datetimes="cim", short_reals=False, null_arrays=False, control_characters=True),
    fault=vendor_faults.idrac,
    put="refused",
    items_first=False,
    default_envelope=None,
    empty_namespaces=False,
    class_bases={"DCIM": _DELL},
    reference_namespace="last",
    wrapped_references=True,
)

_AMT_SCOPE: Scope = {
    names.SOAP: "a",
    names.ADDRESSING: "b",
    names.WSMAN: "c",
    "http://schemas.xmlsoap.org/ws/2005/02/trust": "d",
    names.CIMBINDING: "f",
    names.CIM: "h",
    names.XSI: "xsi",
}

AMT = dataclasses.replace(
    OPENWSMAN,
    name="amt",
    scope=_AMT_SCOPE,
    product_vendor="Intel(R)",
    product_version="AMT 11.8.50",
    product_version_anonymous="AMT 11.8.50",
    security_profiles=(_PROFILE + "http/digest", _PROFILE + "https/digest"),
    server="Intel(R) Active Management Technology 11.8.50.3425",
    realm="Digest:A3000000000000000000000000000000",
    schemes=("Digest", "Basic"),
    anonymous_identify_path=None,
    fault_status=vendor_faults.amt_status,
    items=names.WSMAN,
    end=names.WSMAN,
    total_items_estimate=False,
    close_connection=True,
    default_namespace="root/amt",
    spelling=Spelling(datetimes="wrapped", null_arrays=False),
    fault=vendor_faults.amt,
    translate=None,
    dialects=frozenset([names.SELECTOR_FILTER, names.ASSOCIATION_FILTER]),
    class_bases={
        "AMT": "http://intel.com/wbem/wscim/1/amt-schema/1/",
        "IPS": "http://intel.com/wbem/wscim/1/ips-schema/1/",
        "CIM": CIM_SCHEMA,
    },
    reference_namespace="",
    polymorphism=frozenset(),
    ignores_unknown=False,
    put="firmware",
    items_first=False,
    default_envelope=None,
    fragments=False,
    overflow_lost=False,
    endless_modes=frozenset(),
    loses=frozenset(),
    keys_apart=False,
    put_moves=False,
    empty_namespaces=False,
)

MANNERS: dict[str, Manner] = {manner.name: manner for manner in (WINDOWS, OMI, OPENWSMAN, IDRAC, AMT)}


def named(name: str) -> Manner:
    """The manner of that name; ValueError lists the names."""
    if name not in MANNERS:
        raise ValueError(f"no manner {name!r}: there are {', '.join(MANNERS)}")
    return MANNERS[name]
