# Every target does its own set-up, into ignored folders of the checkout (.venv-*, .build, .cache).
# Only python3, git and make are needed. The tests also install Debian's packages of a KDC and a proxy where root runs them:
# WSMAN_INSTALL=no forbids it.
PYTHON ?= python3
TOOLS = tests/tools

.DEFAULT_GOAL := help
.PHONY: help setup parts demo test lint unit sockets service system authentication sanity integration artifact sandbox docs bench bench-quick clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' Makefile | awk -F': *' '{ printf "  make %-14s %s\n", $$1, $$2 }'

demo:  ## start the bundled service, read and change it with every module, twice
	@$(PYTHON) $(TOOLS)/demo.py

test:  ## everything below up to artifact, the documentation and the demo, on the oldest and the newest ansible-core
	@$(PYTHON) $(TOOLS)/check.py

lint:  ## ruff, mypy, yamllint, ansible-lint
	@$(PYTHON) $(TOOLS)/check.py lint

unit:  ## unit tests on both cores
	@$(PYTHON) $(TOOLS)/check.py unit

sockets:  ## tests of the transport on loopback sockets, on both cores
	@$(PYTHON) $(TOOLS)/check.py sockets

service:  ## tests of the bundled service itself, on both cores
	@$(PYTHON) $(TOOLS)/check.py service

system:  ## tests of the whole against the bundled service, on both cores
	@$(PYTHON) $(TOOLS)/check.py system

authentication:  ## those of them that authenticate, with a real KDC and a real proxy, on both cores
	@$(PYTHON) $(TOOLS)/check.py authentication

sanity:  ## ansible-test sanity on both cores
	@$(PYTHON) $(TOOLS)/check.py sanity

integration:  ## ansible-test integration on both cores
	@$(PYTHON) $(TOOLS)/check.py integration

artifact:  ## build the collection, install it elsewhere and use it from there
	@$(PYTHON) $(TOOLS)/check.py artifact

setup:  ## make the environments and the links that the other targets use
	@$(PYTHON) $(TOOLS)/bootstrap.py any sandbox > /dev/null
	@$(PYTHON) $(TOOLS)/trees.py > /dev/null

parts:  ## install the programs and libraries that tests of authentication need; the tests do it themselves
	@$(PYTHON) $(TOOLS)/real_parts.py

sandbox:  ## run the bundled service and print an inventory for it
	@$(PYTHON) $(TOOLS)/sandbox_run.py $(ARGS)

docs:  ## build the documentation into docs/build/html, and run what its guides show
	@$(PYTHON) $(TOOLS)/build_docs.py
	@$(PYTHON) $(TOOLS)/guides.py

bench:  ## measure against the alternatives and against the aims
	@$(PYTHON) $(TOOLS)/bench.py $(ARGS)

bench-quick:  ## measure a Get beside doing nothing, in two minutes
	@$(PYTHON) $(TOOLS)/bench.py --quick $(ARGS)

clean:  ## remove all that the targets made
	rm -rf .venv-* .build .cache .ansible docs/build tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
