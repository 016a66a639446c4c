# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The one entry for people and for CI. A machine needs git, make and Python 3.11 or newer; the rest is made under .build/.
# `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

ROOT := $(CURDIR)
BUILD := $(ROOT)/.build
VENV := $(BUILD)/venv
VENV_TOOLS := $(BUILD)/venv-tools
COLLECTION := $(BUILD)/collections/ansible_collections/meshops/lifecycle
INSTALLED := $(BUILD)/installed/ansible_collections/meshops/lifecycle
SOURCE := $(BUILD)/source/ansible_collections/meshops/lifecycle
LAB := PATH=$(VENV)/bin:$$PATH $(ROOT)/tests/lab/lab
# The versions of ansible-core to test on beside the main one, 2.19: the oldest and the newest. `make matrix` takes all.
# Others are named: make unit CORES="2.17 2.20@3.12", the latter on that Python.
CORES ?= 2.16 2.21
CORE_VENVS := $(VENV) $(foreach core,$(CORES),$(BUILD)/venv-$(subst @,-py,$(core)))
# Tests on a cluster mostly wait: three workers keep two cores busy. What must not meet is in groups (tests/support/order.py).
WORKERS ?= 3
SIDE_BY_SIDE := -n $(WORKERS)
# Tests of ansible-test that judge the text of files, the same on each version, and take most of the time: on 2.19 alone.
# What imports, compiles, documents and validates runs on each version; `make matrix` leaves nothing out.
SANITY_ONCE := pylint pep8 yamllint shellcheck changelog
# Run only what is named: make unit ARGS="-k params", make integration ARGS="tests/integration/test_play.py -x".
ARGS ?=

# ---- Nothing of the person's own reaches a cluster or Ansible by accident -------------------------------------------
# Their variables are dropped, and KUBECONFIG points at a file that does not exist: unset, it would mean ~/.kube/config.
$(foreach name,$(filter K8S_AUTH_% HELM_% ANSIBLE_% ARGOCD_%,$(.VARIABLES)),$(eval unexport $(name)))
export KUBECONFIG := $(BUILD)/no-kubeconfig
export ANSIBLE_HOME := $(BUILD)/ansible
export ANSIBLE_CONFIG := $(ROOT)/tests/ansible.cfg
export ANSIBLE_COLLECTIONS_PATH := $(BUILD)/collections
export HELM_CACHE_HOME := $(BUILD)/helm/cache
export HELM_CONFIG_HOME := $(BUILD)/helm/config
export HELM_DATA_HOME := $(BUILD)/helm/data
export PYTHONDONTWRITEBYTECODE := 1

# Another cluster is named on the command line only: CLUSTER=<kubeconfig>[:context]. tools/cluster_guard.py shows it, asks,
# and writes a kubeconfig of that context alone; what runs afterwards gets that file and no other.
CLUSTER_KUBECONFIG := $(BUILD)/cluster/kubeconfig
ifeq ($(origin CLUSTER),command line)
export MESHOPS_CLUSTER := $(CLUSTER)
export MESHOPS_KUBECONFIG := $(CLUSTER_KUBECONFIG)
A_CLUSTER := cluster
else
A_CLUSTER := lab
unexport CLUSTER MESHOPS_CLUSTER MESHOPS_KUBECONFIG
endif

# ---- What a newcomer runs -------------------------------------------------------------------------------------------
.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: CORES :=
demo: collections $(A_CLUSTER) ## Start the lab, bootstrap it, show what runs and what was measured [CLUSTER=...]
	@PATH=$(VENV)/bin:$$PATH exec $(VENV)/bin/python tools/demo.py $(ARGS)

# Most tests on the lab wait for a cluster, so what only computes runs beside them, with the processor's time that they
# leave. DURATIONS=1 renews tests/durations.json.
.PHONY: test
test: venv ## Everything that CI runs; what fails once has a second try, and is listed as RERUN
	@PYTEST_ADDOPTS="--reruns 1 --reruns-delay 3 $${PYTEST_ADDOPTS:-}" $(VENV)/bin/python tools/stages.py \
	  generate-check prepared lab-all lint+unit+sanity+lab-all=tests-on-lab

# A Python of the machine, to make the environments with.
ANY_PYTHON = python=$$(command -v python3 || command -v python3.11 || command -v python3.12 || command -v python3.13) \
  || { echo "venv: no Python found; on Debian and Ubuntu: apt-get install python3 python3-venv"; exit 1; }

# ---- Preparation ----------------------------------------------------------------------------------------------------
.PHONY: venv
venv: ## Make the environments for ansible-core 2.19 and, where their Python is found, 2.16 and 2.21 [CORES=...]
	@$(ANY_PYTHON); "$$python" tools/venvs.py 2.19 $(CORES)

.PHONY: venv-tools
venv-tools:
	@$(VENV)/bin/python tools/venvs.py tools

.PHONY: collections
collections: venv ## Link the repository to where Ansible looks for collections (.build/collections)
	@mkdir -p $(dir $(COLLECTION)) && ln -sfn $(ROOT) $(COLLECTION)

.PHONY: generate
generate: collections ## Write specs, action stubs, registry and action group from the modules' DOCUMENTATION
	@$(VENV)/bin/python tools/generate.py

.PHONY: generate-check
generate-check: collections ## Fail when what `make generate` writes differs from what is there
	@$(VENV)/bin/python tools/generate.py --check

# What the stages that run side by side begin with, so that it is made once.
.PHONY: prepared
prepared: installed venv-tools other-collections

# ---- Tests without a cluster ----------------------------------------------------------------------------------------
.PHONY: lint
lint: collections installed venv-tools other-collections ## ruff, rooms (import-linter), types (mypy), shellcheck, changelog, ansible-lint, documentation, galaxy-importer
	@$(VENV)/bin/python tools/lint.py

.PHONY: format
format: collections ## Put Python files into ruff's form
	@$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format --quiet .

.PHONY: sanity
sanity: installed ## ansible-test sanity on what a user installs, on ansible-core 2.19, 2.16 and 2.21 [CORES=...]
	@failed=0; more=(); for venv in $(CORE_VENVS); do \
	  [ ! -e $$venv/.ready ] || tools/sanity.sh $$venv "$${more[@]}" $(ARGS) || failed=1; \
	  more=($(SANITY_ONCE:%=--skip-test %)); \
	done; exit $$failed

.PHONY: unit
unit: collections ## Unit tests, on ansible-core 2.19, 2.16 and 2.21; fuzzing on the first [CORES=...]
	@$(MAKE) each-core RUN="-m pytest $(if $(filter tests/%,$(ARGS)),,tests/unit) $(ARGS)" \
	  NEXT="--ignore=tests/unit/test_fuzz.py" NAME="unit tests"

# Runs `python $(RUN)` in each environment that is there, with $(FIRST) more in the first and $(NEXT) more in the others;
# to the last, and fails when one failed.
.PHONY: each-core
each-core:
	@failed=0; more=($(FIRST)); for venv in $(CORE_VENVS); do \
	  if [ -e $$venv/.ready ]; then \
	    echo "$(NAME): $$($$venv/bin/ansible --version | sed -n 1p), $$($$venv/bin/python --version)"; \
	    PATH=$$venv/bin:$$PATH $$venv/bin/python $(RUN) "$${more[@]}" || failed=1; \
	  fi; more=($(NEXT)); \
	done; exit $$failed

# ---- The lab and tests on a cluster ---------------------------------------------------------------------------------
.PHONY: lab
lab: collections ## Build (about 20 minutes the first time) and start the lab; harmless when it runs
	@$(LAB) up

# With the programs that only tests need, which are compiled at their first use otherwise.
.PHONY: lab-all
lab-all: collections
	@$(LAB) up --all

.PHONY: lab-down
lab-down: ## Stop the lab
	@$(LAB) down

.PHONY: lab-status
lab-status: ## Say what of the lab runs
	@$(LAB) status

.PHONY: integration
integration: collections lab-all ## Integration tests on the lab; on ansible-core 2.16 and 2.21 those that are marked each_core
	@$(MAKE) each-core RUN="-m pytest $(if $(filter tests/integration/%,$(ARGS)),,$(SIDE_BY_SIDE) tests/integration) $(ARGS)" \
	  NEXT="-m each_core" NAME="integration tests"

# Both at once: the workers that wait for the one have time for the other.
.PHONY: tests-on-lab
tests-on-lab: collections lab-all
	@$(MAKE) each-core RUN="-m pytest $(SIDE_BY_SIDE) tests/integration tests/faults $(ARGS)" \
	  FIRST="$(if $(DURATIONS),--write-durations)" NEXT="-m each_core" NAME="integration tests and faults"

.PHONY: durations
durations: ## Run the tests on the lab, and renew tests/durations.json, by which the workers share them
	@$(MAKE) tests-on-lab CORES= DURATIONS=1

# Without ARGS every environment and every stage, which takes many hours on two cores; tools/matrix.py says what ARGS may be.
.PHONY: matrix
matrix: collections installed ## All tests on all of ansible-core 2.16 to 2.21 and their Pythons [ARGS="--on 2.17 --stages unit"]
	@$(VENV)/bin/python tools/matrix.py $(ARGS)

.PHONY: property
property: collections lab ## Check mode against the run on 2,000 random documents [MESHOPS_SEED=...]
	@PATH=$(VENV)/bin:$$PATH MESHOPS_EXAMPLES=$${MESHOPS_EXAMPLES:-2000} $(VENV)/bin/python -m pytest tests/integration/test_check_and_run.py -k random $(ARGS)

.PHONY: faults
faults: collections lab-all ## Faults between us and a control plane of the tests' own, which they break
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python -m pytest $(if $(filter tests/faults/%,$(ARGS)),,tests/faults) $(ARGS)

.PHONY: lab-test
lab-test: collections lab-all ## The lab's own tests, on labs of their own
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python -m pytest tests/lab $(ARGS)

.PHONY: cluster
cluster: collections
	@$(VENV)/bin/python tools/cluster_guard.py --out $(CLUSTER_KUBECONFIG) "$$MESHOPS_CLUSTER"

.PHONY: test-cluster
ifeq ($(A_CLUSTER),cluster)
test-cluster: collections cluster ## The integration tests on another cluster: CLUSTER=<kubeconfig>[:context]
	@$(MAKE) each-core RUN="-m pytest $(SIDE_BY_SIDE) tests/integration $(ARGS)" NEXT="-m each_core" \
	  NAME="integration tests on $$MESHOPS_CLUSTER"
else
test-cluster:
	@echo "test-cluster: name the cluster: make test-cluster CLUSTER=<kubeconfig>[:context]"; exit 2
endif

# Of the lab unless a cluster is named; only what an API server publishes is read.
.PHONY: coverage
coverage: collections $(A_CLUSTER) ## What of the served APIs' fields no option reaches [CLUSTER=...]
	@[ -n "$${MESHOPS_KUBECONFIG:-}" ] || eval "$$(PATH=$(VENV)/bin:$$PATH tests/lab/lab env)"; \
	  $(VENV)/bin/python tests/unit/schema_coverage.py --kubeconfig "$${MESHOPS_KUBECONFIG:-$$KUBECONFIG}" $(ARGS)

.PHONY: traffic
traffic: collections lab ## A steady load while the configuration changes, by mesh_apply and by kubectl
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python tests/traffic/run.py $(ARGS)

.PHONY: canary
canary: collections lab ## Requests move to good and bad versions under load, by traffic_shift, Argo Rollouts and kubectl
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python tests/canary/run.py $(ARGS)

.PHONY: upgrade-proof
upgrade-proof: collections ## Istio 1.30 to 1.31 by revision and back under load, killed in each stage, and by helm and kubectl
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python tests/upgrade/run.py $(ARGS)

.PHONY: security-proof
security-proof: collections lab ## mTLS and certificates change under load, by this collection and as documented
	@$(LAB) build cert-manager
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python tests/security/run.py $(ARGS)

.PHONY: bench
bench: collections lab other-collections ## Benchmarks beside kubernetes.core, in the same run
	@PATH=$(VENV)/bin:$$PATH ANSIBLE_COLLECTIONS_PATH=$(BUILD)/collections:$(BUILD)/compare \
	  $(VENV)/bin/python tests/benchmarks/run.py $(ARGS)

.PHONY: bench-argocd
bench-argocd: collections lab ## 200 Applications in one task, beside kubectl and argocd
	@PATH=$(VENV)/bin:$$PATH ANSIBLE_COLLECTIONS_PATH=$(BUILD)/collections \
	  $(VENV)/bin/python tests/benchmarks/applications.py $(ARGS)

# kubernetes.core for comparisons and awx.awx for the options of its modules: the only parts of the package `ansible` that
# are unpacked.
.PHONY: other-collections
other-collections: collections
	@$(VENV)/bin/python tools/other_collections.py $(BUILD)/compare

# ---- What is given to users -----------------------------------------------------------------------------------------
# Building needs no environment for tests: where none is there, a small one is made.
BUILDER = builder=$(VENV)/bin; [ -e $(VENV)/.ready ] || builder=$(BUILD)/venv-build/bin

.PHONY: builder
builder:
	@[ -e $(VENV)/.ready ] || { $(ANY_PYTHON); "$$python" tools/venvs.py build; }

.PHONY: source
source: builder
	@$(BUILDER); $$builder/python tools/source_copy.py $(SOURCE)

# The tarball of another version goes away: `installed` can install one only.
.PHONY: build
build: source ## The collection's tarball (.build/meshops-lifecycle-VERSION.tar.gz)
	@rm -f $(BUILD)/meshops-lifecycle-*.tar.gz; $(BUILDER); cd $(SOURCE) && $$builder/ansible-galaxy collection build --force --output-path $(BUILD)

# The collection as a user installs it, for sanity and lint. They ask git for the files, and the repository around the
# copy would answer that all of it is ignored; so it is a repository of its own.
.PHONY: installed
installed: venv build
	@rm -rf $(BUILD)/installed && ANSIBLE_COLLECTIONS_PATH=$(BUILD)/installed $(VENV)/bin/ansible-galaxy collection install --force --no-deps --offline \
	  --collections-path $(BUILD)/installed $(BUILD)/meshops-lifecycle-*.tar.gz > $(BUILD)/installed.log \
	  || { cat $(BUILD)/installed.log; exit 1; }
	@cd $(INSTALLED) && git init --quiet && echo /tests/output/ > .git/info/exclude

.PHONY: docs
docs: collections venv-tools ## The documentation as a site that needs no server (.build/docs/build/html/index.html)
	@$(VENV_TOOLS)/bin/python tools/build_docs.py $(BUILD)/docs

# With a package index, and without a container engine; some minutes. What cannot run without one is listed.
.PHONY: environments
environments: venv venv-tools build ## What images would be made of, in bare virtual environments, and .devcontainer in a clone
	@$(VENV)/bin/python tools/environments.py $(ARGS)

# The version, the changelog, the tarball with its bill of materials and checksums, and all checks that Galaxy and
# Automation Hub make. It commits and publishes nothing.
.PHONY: release
release: collections venv-tools ## Prepare a release in .build/release: VERSION=0.2.0 [ARGS="--no-checks --date 2026-12-01"]
	@[ -n "$(VERSION)" ] || { echo "release: name the version: make release VERSION=0.2.0"; exit 2; }
	@PATH=$(VENV)/bin:$$PATH $(VENV)/bin/python tools/release.py $(VERSION) $(ARGS)

.PHONY: changelog
changelog: collections ## CHANGELOG.rst from changelogs/fragments
	@cd $(COLLECTION) && PATH=$(VENV)/bin:$$PATH $(VENV)/bin/antsibull-changelog release --update-existing --refresh --reload-plugins

.PHONY: clean
clean: ## Remove .build (environments and copies); the lab and its cache stay
	@rm -rf $(BUILD)
