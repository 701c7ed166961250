# Copyright (c) 2026 the wsman.automation authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx builds the documentation. It needs no network: a table links to Ansible's documentation."""

from __future__ import annotations

import re

from docutils import nodes

project = "wsman.automation"
copyright = "2026 the wsman.automation authors"
author = "the wsman.automation authors"

extensions = ["sphinx_antsibull_ext"]

title = "wsman.automation"
html_title = title
html_short_title = title
html_theme = "alabaster"
html_theme_options = {
    "description": "WS-Management for Ansible",
    "page_width": "1180px",
    "sidebar_width": "260px",
    "fixed_sidebar": True,
}
html_show_sphinx = False
html_copy_source = False
html_use_index = False

pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
smartquotes = False
nitpicky = False

ANSIBLE = "https://docs.ansible.com/ansible/latest/"
ANSIBLE_LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
BUILTIN = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+_[a-z]+?)(?:__.*)?$")


def resolve_ansible(_app, _environment, node, content):
    """A link into Ansible's documentation for a label that stands there; None, and so a warning, for others."""
    label = node.get("reftarget", "")
    builtin = BUILTIN.match(label)
    page = f"collections/ansible/builtin/{builtin.group(1)}.html" if builtin else ANSIBLE_LABELS.get(label)
    if page is None:
        return None
    reference = nodes.reference("", "", internal=False, refuri=ANSIBLE + page)
    reference.append(content)
    return reference


def setup(app):
    app.connect("missing-reference", resolve_ansible)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
