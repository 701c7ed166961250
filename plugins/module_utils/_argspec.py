# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module, as functions that return a fresh argument spec each time they are called.

One spec serves the action plugin, which validates with it, and the module's ``main()``, which lets validate-modules
compare it with the documentation. Only types, choices and defaults stand here: what may be given together, ranges and
shapes are judged where a message can name the option and the remedy. Nothing of the protocol is known here.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wsman.automation.plugins.module_utils._session_argspec import session_options_spec

ArgumentSpec = dict[str, dict[str, t.Any]]

RUNS_ON_THE_CONTROL_NODE = (
    "{module} runs on the control node, as an action plugin, and this is only its documentation. "
    "Run it as wsman.automation.{module}, or name the collection's plugins/action folder in action_plugins "
    "beside its plugins/modules folder in library."
)
POLYMORPHISM_ALIASES = {
    "deep": "include_subclass_properties",
    "base_properties_only": "exclude_subclass_properties",
    "shallow": "none",
}
POLYMORPHISM_MODES = ["include_subclass_properties", "exclude_subclass_properties", "none"]
ARRAY_ORDERS = ["exact", "ignore"]
VERIFICATIONS = ["true", "warn", "false"]
UPDATES_OF_SECRETS = ["with_change", "on_create", "always"]
FILE_FORMATS = ["jsonl", "json", "csv"]
RETURN_TYPES = ["object", "epr", "object_and_epr"]
#: Ours, then the standard's own and the words of WQL for the same two.
ASSOCIATION_MODES = [
    "associated_instances",
    "association_instances",
    "AssociatedInstances",
    "AssociationInstances",
    "associators",
    "references",
]


def session() -> ArgumentSpec:
    """The connection of this task alone; suboptions are the connection plugin's own options."""
    return {"session": {"type": "dict", "options": session_options_spec()}}


def request() -> ArgumentSpec:
    """What every request may carry in its header (DSP0226 6)."""
    return {
        "operation_timeout": {"type": "float"},
        "max_envelope_size": {"type": "int"},
        "locale": {"type": "str"},
    }


def target() -> ArgumentSpec:
    """Which resource, by its URI and selectors or by an endpoint reference (DSP0226 5.1)."""
    return {
        "resource_uri": {"type": "str"},
        "selector_set": {"type": "dict"},
        "endpoint_reference": {"type": "dict"},
        "option_set": {"type": "raw"},
        "namespace": {"type": "str"},
    }


def representation() -> ArgumentSpec:
    """What a resource shall hold: some of its members, or all of it."""
    return {"properties": {"type": "dict"}, "body": {"type": "raw"}}


def query() -> ArgumentSpec:
    """A filter in place of an instance that is named: what it finds is meant (DSP0226 8.3)."""
    return {
        "filter": {"type": "raw"},
        "dialect": {"type": "str"},
        "limit_targets": {"type": "int", "default": 1},
    }


def keeping() -> ArgumentSpec:
    """How what is wanted is compared with what is held, before a change and after it."""
    return {
        "allow_loss": {"type": "bool", "default": False},
        "array_order": {"type": "str", "choices": list(ARRAY_ORDERS), "default": ARRAY_ORDERS[0]},
        "secret_members": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "verify": {"type": "str", "choices": list(VERIFICATIONS), "default": VERIFICATIONS[0]},
    }


def types() -> ArgumentSpec:
    """Which type values have that the wire shows as text alone."""
    return {"types": {"type": "raw"}}


def association() -> ArgumentSpec:
    """The association filter (DSP0227 17.2)."""
    return {
        "object": {"type": "dict", "required": True},
        "mode": {"type": "str", "choices": list(ASSOCIATION_MODES), "default": ASSOCIATION_MODES[0]},
        "association_class_name": {"type": "str"},
        "result_class_name": {"type": "str"},
        "role": {"type": "str"},
        "result_role": {"type": "str"},
        "include_result_property": {"type": "list", "elements": "str"},
    }


def identify_module() -> ArgumentSpec:
    """Options of wsman_identify; it addresses the service, not a resource."""
    diagnosis: ArgumentSpec = {name: {"type": "bool", "default": False} for name in ("diagnose", "fail_on_problem")}
    return {"authenticated": {"type": "bool", "default": True}, **diagnosis, **request(), **session()}


def get_module() -> ArgumentSpec:
    """Options of wsman_get."""
    reading: ArgumentSpec = {"fragment": {"type": "raw"}, "value_maps": {"type": "bool", "default": False}}
    return {**reading, **types(), **target(), **request(), **session()}


def put_module() -> ArgumentSpec:
    """Options of wsman_put."""
    putting: ArgumentSpec = {
        "fragment": {"type": "raw"},
        "value": {"type": "raw"},
        "omit": {"type": "list", "elements": "str", "default": []},
        "update_secret": {
            "type": "str",
            "choices": list(UPDATES_OF_SECRETS),
            "default": UPDATES_OF_SECRETS[0],
        },
    }
    return {**representation(), **putting, **keeping(), **query(), **types(), **target(), **request(), **session()}


def create_module() -> ArgumentSpec:
    """Options of wsman_create."""
    return {**representation(), **keeping(), **types(), **target(), **request(), **session()}


def delete_module() -> ArgumentSpec:
    """Options of wsman_delete."""
    return {**query(), **target(), **request(), **session()}


def invoke_module() -> ArgumentSpec:
    """Options of wsman_invoke."""
    method: ArgumentSpec = {
        "method": {"type": "str", "required": True},
        "arguments": {"type": "dict"},
        "body": {"type": "raw"},
        "read_only": {"type": "bool", "default": False},
        "expected_return_values": {"type": "list", "elements": "raw"},
        "wait_for_job": {"type": "bool", "default": False},
        "job_timeout": {"type": "float", "default": 1800.0},
    }
    return {**method, **query(), **types(), **target(), **request(), **session()}


def enumerate_module() -> ArgumentSpec:
    """Options of wsman_enumerate."""
    enumeration: ArgumentSpec = {
        "filter": {"type": "raw"},
        "dialect": {"type": "str"},
        "association": {"type": "dict", "options": association()},
        "return_type": {"type": "str", "choices": list(RETURN_TYPES), "default": RETURN_TYPES[0]},
        "polymorphism": {"type": "str", "choices": POLYMORPHISM_MODES + list(POLYMORPHISM_ALIASES)},
        "max_elements": {"type": "int"},
        "limit": {"type": "int"},
        "properties": {"type": "list", "elements": "str"},
        "value_maps": {"type": "bool", "default": False},
        "dest": {"type": "path"},
        "format": {"type": "str", "choices": list(FILE_FORMATS)},
        "mode": {"type": "raw"},
        "progress": {"type": "bool", "default": True},
    }
    return {**enumeration, **types(), **target(), **request(), **session()}


def schema_module() -> ArgumentSpec:
    """Options of wsman_schema."""
    which: ArgumentSpec = {
        "class_name": {"type": "str"},
        "namespace": {"type": "str"},
        "resource_uri": {"type": "str"},
    }
    return {**which, **request(), **session()}
