# Everything from a bare checkout; needs python3, python3-venv, make, and gcc for the comparison with the real xl.

PYTHON ?= python3
BIN := .venv/bin
VERSION = $(shell sed -n 's/__version__ = "\(.*\)"/\1/p' xlpy/__init__.py)

.PHONY: deb completion test test-xen demo bench lint types tables man docs clean

# lint, types, tests, comparison with the real xl
test: lint types
	$(BIN)/pytest -n auto

# the lab: real Xen in an emulator; needs root, 2 GB of disk, and minutes; says so where it cannot be (XEN=4.20 for another)
XEN ?= 4.17
test-xen: .venv/dev
	$(BIN)/python -m tests.xenlab --xen $(XEN) test

# four guests on the simulated host: create, list, console, shutdown
demo: .venv/installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

# start-up times and throughput, side by side
bench: .venv/installed
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.benchplan
	$(BIN)/python -m tests.benchscale

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/dev
	$(BIN)/mypy

# after a change in grammar/
tables: .venv/dev
	$(BIN)/python grammar/compile.py

# after a change in man/ or in a declaration
man: .venv/dev
	$(BIN)/python man/generate.py

# after a change of the options of an added command
completion: .venv/dev
	$(BIN)/python -m xlpy.cli.completing.added

# after a change in the table of differences, in a rule, in what libvirt cannot do, or in the fields of a host
docs: .venv/dev
	$(BIN)/python docs/differences.py
	$(BIN)/python docs/rules.py
	$(BIN)/python docs/listings.py
	$(BIN)/python docs/compatibility.py
	$(BIN)/python docs/hostfacts.py

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	$(BIN)/python -m compileall -q xlpy
	@touch $@

.venv/dev: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# the Debian package, into dist/: needs the build dependencies of debian/control, and lintian
deb:
	rm -rf build/deb
	mkdir -p build/deb dist
	/usr/bin/python3 -m hatchling build -t sdist -d build/deb
	cd build/deb && mv xlpy-*.tar.gz xlpy_$(VERSION).orig.tar.gz && tar xf xlpy_$(VERSION).orig.tar.gz
	cd build/deb/xlpy-$(VERSION) && PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg-buildpackage --build=binary --no-sign
	lintian --fail-on error,warning,info build/deb/xlpy_*.changes
	cp build/deb/xlpy_*.deb dist/

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
