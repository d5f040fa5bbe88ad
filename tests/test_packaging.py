"""What is packed is complete: sdist, wheel, Debian package."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from xlpy import __version__

ROOT = Path(__file__).parents[1]
DEBIAN = ROOT / "debian"
SYSTEM_PYTHON = "/usr/bin/python3"
NOT_IN_DEBIAN = {"ortools", "resvg_py"}
"""Extras that nothing there can be suggested for."""
DISTRIBUTED = ("xlpy/", "grammar/", "examples/", "man/", "docs/", "tests/", "debian/")


def tracked() -> set[str]:
    """The files of the project."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout: nobody can say which files belong to it")
    return set(done.stdout.splitlines())


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both packages."""
    folder = tmp_path_factory.mktemp("dist")
    python = sys.executable if importlib.util.find_spec("hatchling") else SYSTEM_PYTHON
    command = [python, "-m", "hatchling", "build", "-d", str(folder)]
    if not Path(python).exists() or subprocess.run([*command[:4], "-h"], capture_output=True, check=False).returncode:
        pytest.skip("hatchling is not installed")
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return folder


def test_the_sdist_has_all_that_belongs_to_it(packed: Path) -> None:
    with tarfile.open(next(packed.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {name for name in tracked() if name.startswith(DISTRIBUTED) or "/" not in name}
    assert wanted - names == set()


def test_the_wheel_has_code_tables_grammar_pages_and_completion(packed: Path) -> None:
    names = set(zipfile.ZipFile(next(packed.glob("*.whl"))).namelist())
    wanted = {name for name in tracked() if name.startswith("xlpy/")}
    assert wanted - names == set()
    assert {f"xlpy/{name}" for name in tracked() if re.fullmatch(r"grammar/\w+\.lark", name)} - names == set()
    data = f"xlpy-{__version__}.data/data/share"
    for page in (ROOT / "man").glob("*.[1-9]"):
        assert f"{data}/man/man{page.suffix[1:]}/{page.name}" in names
    assert f"{data}/zsh/site-functions/_xlpy" in names
    assert not any("__pycache__" in name or name.startswith("tests") for name in names)


def test_the_versions_agree() -> None:
    assert (DEBIAN / "changelog").read_text().startswith(f"xlpy ({__version__}-")
    assert (ROOT / "CHANGELOG.md").read_text().splitlines()[2].startswith(f"## {__version__}")


def test_the_debian_package_has_what_xlpy_needs() -> None:
    """Its dependencies come from the metadata; what is optional there is suggested."""
    control = (DEBIAN / "control").read_text()
    extras = re.findall(r'^    "([\w-]+)>', (ROOT / "pyproject.toml").read_text().split("dev = [")[0], re.MULTILINE)
    packages = {"libvirt-python": "python3-libvirt"}
    for name in set(extras) - NOT_IN_DEBIAN:
        assert packages.get(name, f"python3-{name}") in control


def test_the_name_of_xens_own_program_is_never_taken() -> None:
    """Names that are in Xen's package too must not be in ours: dpkg would refuse to install both."""
    rules = (DEBIAN / "rules").read_text()
    assert "mv $(ROOT)/bin/xl $(ROOT)/libexec/xlpy/xl" in rules
    assert "completions/xl.bash" in rules
    assert "dpkg-query -S /usr/sbin/xl" in (DEBIAN / "xlpy.postinst").read_text()


@pytest.mark.parametrize("name", ["xlpy.postinst", "xlpy.prerm"])
def test_shellcheck_has_no_complaint(name: str) -> None:
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run([program, DEBIAN / name], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_workflow_and_container_name_what_there_is() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = set(re.findall(r"run: make ([a-z-]+)", workflow))
    assert used
    assert used <= targets
    build = set(
        re.findall(r"^ (\S+?)(?: \(.*\))?,$", (DEBIAN / "control").read_text().split("Package:")[0], re.MULTILINE)
    )
    provided = {"debhelper-compat": "debhelper", "dh-sequence-python3": "dh-python"}
    installed = set(re.search(r"no-install-recommends \\\n(.*?)\n {6}- ", workflow, re.DOTALL)[1].split())  # type: ignore[index]  # it is there
    assert {provided.get(name, name) for name in build} <= installed
    container = (ROOT / "examples" / "container" / "Containerfile").read_text()
    for source in re.findall(r"^COPY (\S+) ", container, re.MULTILINE):
        assert (ROOT / source).exists()
    assert '[top]"' in container
