"""Which other kind of file a text is that xl refuses as a guest's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlpy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlpy.nodes import Setting


class Form(NamedTuple):
    """What a text is, what to do with it, the offset of what shows it, and how long that is (0: the whole line)."""

    what: str
    advice: str
    at: int = 0
    length: int = 0


_MAGIC = (
    ("\x7fELF", "a program or a kernel (ELF)", "name it in kernel = ..."),
    ("\x1f\udc8b", "compressed data (gzip)", "give xl a text"),
    ("\udcfd7zXZ", "compressed data (xz)", "give xl a text"),
    ("(\udcb5/\udcfd", "compressed data (zstd)", "give xl a text"),
    ("BZh", "compressed data (bzip2)", "give xl a text"),
    ("PK\x03\x04", "a ZIP archive", "give xl a text"),
    ("QFI\udcfb", "the image of a disk (qcow2)", "name it in disk = [ ... ]"),
    ("KDMV", "the image of a disk (VMDK)", "name it in disk = [ ... ]"),
    ("conectix", "the image of a disk (VHD)", "name it in disk = [ ... ]"),
    ("vhdxfile", "the image of a disk (VHDX)", "name it in disk = [ ... ]"),
    ("XenSavedDomain", "a saved domain", "start it with xl restore"),
    ("LibxlFmt", "a saved domain", "start it with xl restore"),
    ("MZ", "a kernel or a program (PE)", "name it in kernel = ..."),
    ("\udcff\udcfe", "a text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
    ("\udcfe\udcff", "a text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
)
_BEGINNING = 2000
_SHORT = 8
"""How much of binary data is shown."""
_LEADING = re.compile(r"(?:[ \t\r\n]|#[^\n]*\n)*")
_XML = re.compile(r"<(?:\?xml|!--|!DOCTYPE|[A-Za-z][\w:.-]*[ \t\r\n>/])")
_JSON = re.compile(r'\{[ \t\r\n]*(?:"|\})|\[[ \t\r\n]*\{[ \t\r\n]*"')
_SXP = re.compile(r"\((?:domain|vm|vbd|xen)\b")
_SHELL = re.compile(r"#![ \t]*/[^\n]*\b(?:ba|da|k|z)?sh\b")
_INI = re.compile(r"\[[A-Za-z][\w .:-]*\][ \t\r]*(?:\n|\Z)")
_YAML = re.compile(r"(?:---|%YAML)[^\n]*\n")
_YAML_LINE = re.compile(r"^[ \t]*(?:- )?[A-Za-z_][\w-]*:(?:[ \t]|$)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^[ \t]*[a-z][a-z0-9_.]*[ \t]*\+?=", re.MULTILINE)


def recognised(text: str) -> Form | None:
    """The form of a text that xl's parser refuses."""
    text = text.removeprefix("\ufeff")
    return _binary(text) or next(filter(None, (look(text) for look in _LOOKS)), None)


def of_xl(settings: tuple[Setting, ...], name: str) -> Form | None:
    """The files of xl that are written as a guest's, but for something else; NAME is the path."""
    from xlpy.cpupool import KEYS as POOL_KEYS
    from xlpy.xlconf.keys import KEYS as CONF_KEYS

    given = {setting.name for setting in settings}
    at = settings[0].name_span.start if settings else 0
    conf_keys = {key.name for key in CONF_KEYS} - vocabulary.key_names()
    if name.rpartition("/")[2] == "xl.conf" or (given and given <= conf_keys):
        return Form("an xl.conf", "xl reads it as /etc/xen/xl.conf; create a guest from another file", at)
    if given & {"sched", "nodes"} and given <= {key.name for key in POOL_KEYS}:
        return Form("the configuration of a cpupool", "make the pool of it: xl cpupool-create FILE", at)
    return None


def _binary(text: str) -> Form | None:
    for magic, what, advice in _MAGIC:
        if text.startswith(magic) and (len(magic) > 3 or _is_binary(text)):
            return Form(what, advice, length=len(magic))
    return Form("binary data", "give xl a text", length=_SHORT) if _is_binary(text) else None


def _is_binary(text: str) -> bool:
    beginning = text[:_BEGINNING]
    odd = sum(char < " " and char not in "\t\n\r\f\v" for char in beginning)
    odd += sum("\udc80" <= char <= "\udcff" for char in beginning)
    return odd * 10 > len(beginning)


def _starting(pattern: re.Pattern[str], what: str, advice: str) -> Callable[[str], Form | None]:
    """A form that shows in the first line that is neither blank nor a comment."""

    def look(text: str) -> Form | None:
        match = _LEADING.match(text)
        at = match.end() if match else 0
        return Form(what, advice, at) if pattern.match(text, at) else None

    return look


def _xml(text: str) -> Form | None:
    form = _starting(_XML, "XML", "")(text)
    if form is None:
        return None
    if re.search(r"<domain\b", text):
        return form._replace(
            what="libvirt's XML of a domain",
            advice="convert it: virsh domxml-to-native xen-xl FILE, or start it with virsh",
        )
    return form._replace(advice="write KEY = VALUE lines")


def _json(text: str) -> Form | None:
    form = _starting(_JSON, "JSON", "write KEY = VALUE lines")(text)
    if form is not None and '"c_info"' in text:
        return form._replace(what="libxl's JSON of a domain", advice="convert it: xlpy convert FILE")
    return form


def _shell(text: str) -> Form | None:
    return Form("a shell script", "run it, or write KEY = VALUE lines") if _SHELL.match(text) else None


def _yaml(text: str) -> Form | None:
    form = _starting(_YAML, "YAML", "write KEY = VALUE lines")(text)
    if form is not None:
        return form
    lines = _YAML_LINE.findall(text)
    if len(lines) < 3 or _ASSIGNMENT.search(text):
        return None
    first = _YAML_LINE.search(text)
    return Form("YAML", "write KEY = VALUE lines", first.start() if first else 0)


_LOOKS: tuple[Callable[[str], Form | None], ...] = (
    _xml,
    _json,
    _starting(_SXP, "an S-expression of xend", "write KEY = VALUE lines"),
    _shell,
    _yaml,
    _starting(_INI, "a file with [sections], as other programs have them", "write KEY = VALUE lines without sections"),
)
