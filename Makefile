# The two commands that matter: `make demo` and `make test`. Both do all their own set-up.
VENV ?= .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
TIMEOUT := 1500

.PHONY: demo test test-lab faults bench fast lint setup clean

demo: setup  ## build and boot the lab TVOX, run a whole upgrade, print where the reports are
	$(PYTHON) -m tests.demo

test: setup lint  ## everything but the longer rows of the lab: one upgrade, one stop, one regression on the VM
	$(PYTHON) -m pytest --timeout=$(TIMEOUT) -m "not lab_full and not faults_full" -ra

test-lab: setup  ## every patch variant on the VM
	$(PYTHON) -m pytest --timeout=$(TIMEOUT) -m "lab or lab_full" -ra

# The longest rows kill hundreds of nights, one after another: no limit of ours for a single test here.
faults: setup  ## every row of the fault lab, and docs/faults.md of what came of it; takes an hour or two
	rm -rf tests/faults/results
	-$(PYTHON) -m pytest -p tests.faults.record -m "not lab_full" -ra tests
	-$(PYTHON) -m pytest -p tests.faults.record -m "lab_full" -ra tests/procedure
	$(PYTHON) -m tests.faults report

bench: setup  ## the speed of this project and of others, side by side; BENCH_CHECKS=200 BENCH_RTT_MS=50: one point
	$(VENV)/bin/pip install --quiet --editable '.[bench]'
	$(PYTHON) -m tests.bench

fast: setup  ## without the VM
	$(PYTHON) -m pytest --timeout=$(TIMEOUT) -m "not lab and not lab_full and not faults and not faults_full"

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

setup: $(READY)

# Debian's packages first (venv, the VM's tools); without the right to install them, what needs them says so.
$(READY): pyproject.toml tests/lab/install.sh
	sh tests/lab/install.sh || echo "The lab VM's packages are missing: its tests will say that they were left out."
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --editable '.[dev]'
	$(VENV)/bin/pip install --quiet --editable '.[libvirt]' \
		|| echo "libvirt-python could not be built: what needs it will say so."
	touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
