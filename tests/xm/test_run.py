"""Statements: loops, branches that cannot be decided, what functions change, and how files end themselves."""

from __future__ import annotations

import pytest

from xlpy.diagnostic import Severity
from xlpy.source import Source
from xlpy.xm.translate import Translated, defined, translate

HEAD = "import os, sys, socket\nname = 'web'\nkernel = '/k'\n"


def result(text: str, **defines: str) -> Translated:
    return translate(Source("guest", HEAD + text), defines)


def setting(text: str, key: str = "extra", **defines: str) -> str | None:
    """The value of a key as the new file has it; None where it is not decided, or not set."""
    found = result(text, **defines)
    lines = (found.text or "").splitlines()
    return next((line.partition(" = ")[2] for line in lines if line.startswith(f"{key} = ")), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extra = 'a'\nextra += 'b'\nextra = extra * 2", '"abab"'),
        ("a = b = 'x'\nextra = a + b", '"xx"'),
        ("(a, [b, c]) = ('1', ['2', '3'])\nextra = a + b + c", '"123"'),
        (
            "l = []\nfor i in range(4):\n  if i==1: continue\n  if i==3: break\n  l += `i`\nextra = ''.join(l)",
            '"02"',
        ),
        ("for i in []: pass\nelse: extra = 'e'", '"e"'),
        ("n = 3\nextra = ''\nwhile n:\n    extra += `n`\n    n -= 1\n", '"321"'),
        ("l = ['a']\nm = l\nm.append('b')\nm += ['c']\nextra = ''.join(l)", '"abc"'),
        ("d = {}\nd['a'] = 'x'\nd.update({'b': 'y'})\nextra = d['a'] + d.get('b')", '"xy"'),
        ("l = ['b', 'a']\nl.sort()\nl.insert(0, 'z')\nl.remove('b')\nextra = ''.join(l)", '"za"'),
        ("def f(x, y='q'):\n    'doc'\n    if x:\n        return x + y\n    return y\nextra = f('a') + f('')", '"aqq"'),
        ("if os.path.exists('/a'):\n    extra = 'x'\nelse:\n    extra = 'x'", '"x"'),
        ("if os.path.exists('/a'):\n    raise ValueError\nextra = 'x'", '"x"'),
        ("if os.path.exists('/a'):\n    extra = 'y'\n    sys.exit(1)\nextra = 'x'", '"x"'),
        ("if os.path.exists('/a'):\n    a = 1\nelse:\n    a = 2\nif a < 3: extra = 'x'", '"x"'),
        ("try:\n    extra = mode\nexcept NameError:\n    extra = 'd'", '"d"'),
        ("try:\n    raise ValueError\nexcept ValueError:\n    extra = 'd'\nfinally:\n    extra += 'f'", '"df"'),
        ("try:\n    extra = 'a'\nexcept:\n    extra = 'b'\nelse:\n    extra += 'c'", '"ac"'),
        ("try:\n    import nosuch\nexcept ImportError:\n    pass\nextra = 'x'", '"x"'),
        ("from os.path import join as j\nextra = j('/a', 'b')", '"/a/b"'),
        ("from os.path import *\nextra = basename('/a/b')", '"b"'),
        ("from __future__ import division\nextra = '%.1f' % (1 / 2)", '"0.5"'),
        ("try:\n    extra = 'a'\n    x = int(mode)\nexcept:\n    x = 1", '"a"'),
        ("try:\n    extra = mode\nexcept ImportError:\n    extra = 'i'\nexcept NameError:\n    extra = 'n'", '"n"'),
        ("try:\n    extra = 'a'\n    os.uname()\n    x = os.uname()\nexcept OSError: pass", '"a"'),
        ("n = '7'\nl = [n for n in 'ab']\nextra = n", '"b"'),
        ("n = '7'\nl = list(n for n in 'ab')\nextra = n", '"7"'),
        ("l = []\nTrue and l.append('a')\nextra = ''.join(l)", '"a"'),
        ("assert True\nextra = 'x'\ndel kernel\nkernel = extra", '"x"'),
        ("sys.path.append('/x')\nprint 'x', 1\nextra = 'x'", '"x"'),
    ],
)
def test_values_are_followed(text: str, expected: str) -> None:
    assert setting(text) == expected
    assert all(one.severity < Severity.ERROR for one in result(text).diagnostics)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("extra = os.getenv('A')", 4),
        ("if os.path.exists('/a'):\n    extra = 'x'", 4),
        ("extra = 'x'\nif socket.gethostname() == 'a':\n    extra = 'y'", 5),
        ("extra = 'x'\nfor f in os.listdir('/'):\n    extra += f", 5),
        ("extra = 'x'\nwhile os.path.exists('/a'):\n    extra += 'y'", 5),
        ("l = ['a']\nl.append(os.getcwd())\nextra = ''.join(l)", 5),
        ("l = ['a']\nm = l\nm[0] = os.getcwd()\nextra = ''.join(l)", 6),
        ("l = ['a']\ndef add(x):\n    l.append(x)\nadd('b')\nextra = ''.join(l)", 7),
        ("l = ['a']\ndef add(x):\n    l.append(x)\nn = add('b')\nextra = ''.join(l)", 7),
        ("l = ['a']\ndef add(x):\n    l.append(x)\ndef more():\n    add('c')\nmore()\nextra = ''.join(l)", 9),
        ("l = ['a']\nos.path.exists('/') and l.append('b')\nextra = ''.join(l)", 5),
        ("l = ['a']\nx = l.pop() if os.uname() else 1\nextra = ''.join(l)", 5),
        ("l = ['a']\nprint l.pop(), os.uname()[9]\nextra = ''.join(l)", 5),
        ("l = ['a']\ndef f(x):\n    if os.uname(): return l.append(x)\ny = f('b')\nextra = ''.join(l)", 7),
        ("l = ['a']\ndef f(x):\n    l.append(x)\nif f('b'): pass\nextra = ''.join(l)", 7),
        ("l = ['a']\ndef f(x):\n    l.append(x)\nif f('b'): extra = ''.join(l)\nelse: extra = ''.join(l)", 7),
        ("x = 'a'\ndef f(y=x): return y\nx = 'b'\nextra = f()", 5),
        ("if os.uname(): x = 1\nelse: x = True\nextra = str(x)", 4),
        ("try:\n    extra = 'a'\n    x = os.uname()\n    extra = 'b'\nexcept OSError: pass", 6),
        ("l = ['a']\ndef f(x): l.append(x)\nf(os.getcwd())\nextra = ''.join(l)", 6),
        ("def f():\n    global extra\n    extra = 'y'\nextra = 'x'\nf()", 8),
        ("l = ['a']\nimport random\nrandom.shuffle(l)\nextra = ''.join(l)", 6),
        ("with open('/a') as f:\n    extra = f.read()", 4),
        ("class C:\n    x = 'a'\nextra = C.x", 4),
        ("@staticmethod\ndef f(): return 'a'\nextra = f()", 5),
        ("try:\n    extra = socket.gethostname()\nexcept:\n    extra = 'x'", 5),
        ("extra = 'x'\nextra.nosuch = 1\nextra = mode", 6),
        ("a, b = os.uname()[:2]\nextra = b", 4),
        ("extra = 0.5", 4),
    ],
)
def test_what_is_not_known_is_left_out_and_told(text: str, line: int) -> None:
    found = result(text)
    assert setting(text) is None
    assert "# xlpy: extra could not be decided" in (found.text or "")
    undecided = [one for one in found.diagnostics if one.code == "undecided"]
    assert [one.place.split(":")[1] for one in undecided] == [str(line)]
    assert "extra" in undecided[0].summary
    assert setting(text, "kernel") == '"/k"'


def test_a_test_tells_what_could_come_of_it() -> None:
    found = result("if os.path.exists('/a'):\n    extra = 'one'\nelse:\n    vcpus = 2\n    extra = 'two'\n")
    text = found.text or ""
    assert '#extra = "one"\n#extra = "two"\n' in text
    assert "# xlpy: vcpus could not be decided" in text


def test_only_the_tests_that_matter_are_told() -> None:
    tests = "".join(f"if os.path.exists('/{i}'): x{i} = 1\nelse: x{i} = 2\n" for i in range(3))
    found = result(f"{tests}extra = 'a%d' % x1\n")
    assert [one.place for one in found.diagnostics if one.code == "undecided"] == ["guest:6:4"]


def test_many_tests_end_in_not_knowing() -> None:
    tests = "".join(f"if os.path.exists('/{i}'): x{i} = 1\nelse: x{i} = 2\n" for i in range(50))
    found = result(f"{tests}extra = 'a%d%d' % (x1, x49)\nvcpus = 2\n")
    assert "# xlpy: extra could not be decided" in (found.text or "")
    assert "vcpus = 2" in (found.text or "")


class TestDefines:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("3", 3),
            ("-3", -3),
            ("'3'", "3"),
            ('"a b"', "a b"),
            ("x86_64", "x86_64"),
            ("/a/b", "/a/b"),
            ("1.5", "1.5"),
            ("", ""),
            ("0x10", "0x10"),
            ("[1]", "[1]"),
            ("10-11", "10-11"),
            ("'" + "a", "'a"),
            ("((((", "(((("),
        ],
    )  # fmt: skip - one line for each would hide the rule
    def test_what_they_are(self, text: str, value: object) -> None:
        assert defined(text) == value

    def test_they_stand_for_what_is_missing(self) -> None:
        assert setting("extra = 'a%d' % vmid", vmid="3") == '"a3"'
        assert setting("vmid = int(vmid)\nextra = 'a%d' % vmid", vmid="'3'") == '"a3"'

    def test_they_stand_for_what_is_not_known(self) -> None:
        text = "arch = os.uname()[4]\nif '64' in arch:\n    extra = 'x'\nelse:\n    extra = 'y'\n"
        assert setting(text, arch="i686") == '"y"'
        assert setting(text) is None

    def test_what_the_file_says_wins(self) -> None:
        assert setting("vmid = 5\nextra = 'a%d' % vmid", vmid="3") == '"a5"'

    def test_a_variable_that_is_not_there_is_told(self) -> None:
        found = result("extra = 'x'", vmdi="3")
        assert [one.code for one in found.diagnostics] == ["unused-define"]

    def test_the_way_out_names_them(self) -> None:
        advice = [one.advice for one in result("arch = os.uname()[4]\nextra = arch\n").diagnostics]
        assert advice == ["write the value in its place, or give it with --define arch=VALUE"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise ValueError, 'no'", "file-ends-itself"),
        ("sys.exit(1)", "file-ends-itself"),
        ("assert()", "file-ends-itself"),
        ("if os.uname(): exit(1)\nelse: raise ValueError", "file-ends-itself"),
        ("while True: pass", "too-much-work"),
        ("x = 'a' * 1000\nfor i in range(9999):\n    for j in range(9999): x.upper()", "too-much-work"),
    ],
)
def test_nothing_comes_of_files_that_do_not_end_well(text: str, code: str) -> None:
    found = result(text)
    assert (found.text, {one.code for one in found.diagnostics}) == (None, {code})


@pytest.mark.parametrize("text", ["", "x = 1\n", "# nothing\n", "import os\n"])
def test_a_file_without_keys_is_no_guest(text: str) -> None:
    found = translate(Source("guest", text))
    assert (found.text, found.diagnostics[-1].code) == (None, "no-guest")


@pytest.mark.parametrize("text", ["execfile('/x')", "exec 'a=1'", "from site import *"])
def test_what_other_files_set_is_an_error(text: str) -> None:
    found = result(text)
    assert [(one.code, one.severity) for one in found.diagnostics] == [("not-in-the-file", Severity.ERROR)]
    assert 'name = "web"' in (found.text or "")


def test_a_command_is_left_out_with_a_warning() -> None:
    (told,) = result("os.system('reboot')").diagnostics
    assert (told.code, told.severity) == ("call-left-out", Severity.WARNING)
