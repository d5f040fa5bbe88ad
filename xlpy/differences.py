"""Where xlpy differs from the real xl on purpose: each difference with what both make of an example.

A difference with a code is noted as a Diagnostic with that code, so that it can be told from any other; one without a
code is about a whole run. docs/differences.md is made of this table.
"""

from __future__ import annotations

from enum import Enum

from xlpy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Answer(Enum):
    """What the real xl does."""

    CRASHES = "is killed by a signal"
    HANGS = "never ends"
    SILENT = "fails without a word"
    UNDEFINED = "goes by whatever its memory holds"
    ACCEPTS = "takes it, as far as its memory goes"
    OTHER_WORDS = "says something else on standard error"
    OTHER_OUTPUT = "prints something else"
    CHANGES = "changes the domain"


class Difference(Record):
    """One difference. A release that is not in `real` does what xlpy does."""

    id: str
    title: str
    sentence: str
    real: Mapping[str, Answer]
    code: str = ""
    line: str = ""
    """What xlpy says about it, with {words} for what depends on the input."""
    example: str = ""
    """Lines of a configuration, behind those that give it a name and a kernel."""
    command: str = "create -q -n c.cfg"
    conf: str = ""
    """Xl.conf."""
    status: int = 1

    def told(self, **values: object) -> tuple[str, str]:
        """The code of the diagnostic, and what it says."""
        return self.code, self.line.format(**values)


def _always(answer: Answer) -> dict[str, Answer]:
    return {"4.17": answer, "4.20": answer}


GRANT_LIMIT = Difference(
    id="D01",
    code="bad-grant-limit",
    title="Limits of the grant tables out of range",
    sentence="max_grant_frames, max_maptrack_frames and max_grant_version must be numbers from 0 on that fit an int.",
    example='max_grant_frames = "-1"',
    real=_always(Answer.SILENT),
    line="xl: {name} must be a number from 0 to {most}",
)
MCA_NESTED = Difference(
    id="D02",
    code="mca-caps-nested",
    title="A list inside mca_caps",
    sentence="Each capability must be a word.",
    example='type = "hvm"\nmca_caps = [["lmce"]]',
    real=_always(Answer.CRASHES),
    line="xl: an MCA capability must be a word",
)
VIRIDIAN_NESTED = Difference(
    id="D03",
    code="viridian-nested",
    title="A list inside viridian",
    sentence="Each group of enlightenments must be a word.",
    example='type = "hvm"\nviridian = [["base"]]',
    real=_always(Answer.CRASHES),
    line="xl: a viridian enlightenment must be a word",
)
LLC_LAST = Difference(
    id="D04",
    code="llc-color-beyond-all",
    title="The last of all numbers as a cache colour",
    sentence="A range of llc_colors must end below 4294967295; xl counts on behind it until its memory ends.",
    example='llc_colors = ["0-4294967295"]',
    real={"4.20": Answer.CRASHES},
    line="xl: LLC color out of range: {text}",
)
LLC_MANY = Difference(
    id="D05",
    code="too-many-llc-colors",
    title="Millions of cache colours",
    sentence="xlpy takes 1048576 colours in llc_colors, far more than there can be; xl fills its memory with them.",
    example='llc_colors = ["0-1048576"]',
    real={"4.20": Answer.ACCEPTS},
    line="xl: more than {most} LLC colors: {text}",
)
VNUMA_EMPTY = Difference(
    id="D06",
    code="vnuma-empty",
    title="A vNUMA node with an empty list",
    sentence="vcpus= and vdistances= of a node must name at least one number.",
    example='type = "hvm"\nvnuma = [["pnode=0", "size=64", "vcpus=,"]]',
    real=_always(Answer.CRASHES),
    line="xl: {name} of a vNUMA node is empty",
)
VNUMA_RANGE = Difference(
    id="D07",
    code="vnuma-endless",
    title="A vNUMA node with a negative vCPU",
    sentence="A range of vCPUs that ends at the largest number, which -1 stands for, has no end for xl.",
    example='type = "hvm"\nvnuma = [["vcpus=-1"]]',
    real=_always(Answer.HANGS),
    line="xl: not a range of vcpus: {item}",
)
VNUMA_DISTANCES = Difference(
    id="D08",
    code="vnuma-too-many-distances",
    title="More vdistances than vNUMA nodes",
    sentence="xl writes what is too many behind the end of its memory; a few go well.",
    example='type = "hvm"\nvnuma = [["vdistances=1,2,3,4,5,6,7,8,9,10"]]',
    real=_always(Answer.CRASHES),
    line="xl: {given} vdistances for {nodes} nodes",
)
MANY_VNODES = Difference(
    id="D09",
    code="too-many-vnodes",
    title="Thousands of vNUMA nodes",
    sentence="xlpy takes 1024 nodes; xl makes a table of the distances between any two.",
    example='type = "hvm"\nvnuma = [' + "[]," * 1024 + "[]]",
    real=_always(Answer.ACCEPTS),
    line="xl: more than {most} vNUMA nodes",
)
MANY_VCPUS = Difference(
    id="D10",
    code="too-many-vcpus",
    title="Very many vCPUs",
    sentence="xlpy takes 65536 vCPUs, far more than Xen can have; xl fills its memory with them.",
    example="vcpus = 65537",
    real=_always(Answer.ACCEPTS),
    line="xl: {name} for more than {most} vcpus",
)
CPUS_NESTED = Difference(
    id="D11",
    code="cpu-list-nested",
    title="A list inside cpus or cpus_soft",
    sentence="Each item must be a CPU list as text; xl reads a list as if it were one.",
    example='vcpus = 2\ncpus_soft = [["1"], "2"]',
    real=_always(Answer.UNDEFINED),
    line="xl: the CPUs of a vCPU must be text",
)
RDM_UNSET = Difference(
    id="D12",
    code="rdm-without-strategy",
    title="rdm without a strategy",
    sentence="With a bad policy and no strategy=host, xl goes on with a strategy that was never set.",
    example='type = "hvm"\nrdm = "policy=soft"',
    real=_always(Answer.UNDEFINED),
    line="xl: rdm lacks strategy=host",
)
BOOTLOADER_ARGS = Difference(
    id="D13",
    code="bootloader-args-empty",
    title="An empty text as bootloader_args",
    sentence="The old form, one text that is split at blanks, must have a word in it.",
    example='bootloader_args = ""',
    real=_always(Answer.CRASHES),
    line="xl: bootloader_args is empty",
)
EMPTY_SPEC = Difference(
    id="D14",
    code="empty-spec",
    title="An empty spec of a channel or 9pfs share",
    sentence="A spec in channel, and from Xen 4.18 on in p9, must have an item.",
    example='channel = [","]',
    real=_always(Answer.CRASHES),
    line="xl: a {kind} spec is empty",
)
VDISPL_EMPTY = Difference(
    id="D15",
    code="vdispl-no-connectors",
    title="A display with an empty list of connectors",
    sentence="connectors= must name at least one.",
    example='vdispl = ["connectors="]',
    real=_always(Answer.CRASHES),
    line="xl: no connector",
)
VDISPL_RESOLUTION = Difference(
    id="D16",
    code="vdispl-no-resolution",
    title="A connector without a resolution",
    sentence="Each connector of a display must be ID:WIDTHxHEIGHT; without the colon xl frees what it never had.",
    example='vdispl = ["connectors=id0"]',
    real=_always(Answer.CRASHES),
    line="xl: no resolution in connector `{connector}'",
)
VIRTIO_LAST = Difference(
    id="D17",
    code="virtio-type-cut",
    title="A virtio type that ends too early",
    sentence="type=virtio... is to be followed by a comma and the device, as in type=virtio,device22.",
    example='virtio = ["type=virtio"]',
    real={"4.20": Answer.CRASHES},
    line="xl: type={value} goes on behind a comma",
)
VSND_EMPTY = Difference(
    id="D18",
    code="vsnd-empty-list",
    title="A sound card with an empty list",
    sentence="sample-rates= and sample-formats= must name at least one.",
    example='vsnd = [["card", "pcm", "stream,sample-rates="]]',
    real=_always(Answer.CRASHES),
    line="xl: {name}= is empty",
)
PCI_NO_FUNCTION = Difference(
    id="D19",
    code="pci-no-function",
    title="A PCI address without a function",
    sentence="After bus and slot xl reads on at a place in its memory that was never set.",
    example='pci = ["03:00"]',
    real=_always(Answer.UNDEFINED),
    line="xl: no function in the PCI address: {text}",
    status=6,
)
NUL_BYTE = Difference(
    id="D20",
    code="nul-byte",
    title="A null byte in a quoted text",
    sentence="It is an error of the syntax like others; xl aborts.",
    example='extra = "a\0b"',
    real=_always(Answer.CRASHES),
    line="null byte in quoted string",
)
MAC_CUT = Difference(
    id="D21",
    code="vif-mac-cut",
    title="A MAC address that is too short at the end of a spec",
    sentence="xl reads on behind the end of the text; to xlpy there is nothing.",
    example='vif = ["mac=00:16:3e:01:02"]',
    real=_always(Answer.UNDEFINED),
    line="Invalid parameter `mac'.",
    status=0,
)
NO_XL_CONF = Difference(
    id="D22",
    title="No xl.conf",
    sentence="Without /etc/xen/xl.conf each command of xl begins with a line that it cannot be read; xlpy is silent.",
    real=_always(Answer.OTHER_WORDS),
    status=0,
)
SXP_ARGUMENTS = Difference(
    id="D23",
    title="An empty list of bootloader_args as S-expression",
    sentence="xl prints (bootloader_args) for an empty list; libxl's JSON, and xlpy, do not know it from none.",
    example='bootloader = "pygrub"\nbootloader_args = []',
    conf='output_format = "sxp"',
    real=_always(Answer.OTHER_OUTPUT),
    status=0,
)
LIBXL_LOG = Difference(
    id="D24",
    title="Lines of libxl's own log",
    sentence="Where xl says itself what is wrong, xlpy leaves out what libxl has logged, with places in its source.",
    conf='output_format = "sxp"',
    real={"4.20": Answer.OTHER_WORDS},
    status=0,
)
FOLDER = Difference(
    id="D25",
    title="A directory as configuration",
    sentence="The reason in the first line is Success; xl tells that of some earlier failure.",
    command="create -q -n .",
    real=_always(Answer.OTHER_WORDS),
    line="libxl: error: libxl_utils.c:{line}:libxl_read_file_contents: . is not a plain file: Success",
    status=3,
)
ADVICE = Difference(
    id="D26",
    title="The way out of a failure",
    sentence="Behind what xl says when it fails, lines that begin with `xl: ` tell what to do.",
    command="create -q -n missing.cfg",
    real=_always(Answer.OTHER_WORDS),
    line="xl: {advice}",
    status=3,
)
CD_DRY_RUN = Difference(
    id="D27",
    title="A dry run of cd-insert or cd-eject",
    sentence="xl takes -N and changes the medium all the same; xlpy prints the drive, and changes nothing.",
    command="-N cd-eject 0 hdc",
    real=_always(Answer.CHANGES),
    status=0,
)
ENDLESS_CPUS = Difference(
    id="D28",
    title="A range of CPUs that ends below its start or far above all CPUs",
    sentence="In 1--3 xl reads the end as an unsigned number and counts up to it; xlpy knows the answer at once.",
    command="-N vcpu-pin 0 all 1--3",
    real=_always(Answer.HANGS),
    status=0,
)
DISK_JAMMED = Difference(
    id="D29",
    code="disk-ends-in-equals",
    title="A stray = at the end of a line in a disk",
    sentence="The scanner of xl cannot go on there, and says only that it jammed.",
    example="disk = ['=\\n']",
    real=_always(Answer.OTHER_WORDS),
    line="bad disk syntax: near `{text}' in `{spec}'",
    status=2,
)
LISTING_OPTIONS = Difference(
    id="D30",
    title="--format and --watch of listings",
    sentence="Verbs that list something print JSON or YAML with --format, and go on with --watch; xl knows neither.",
    command="list --format xml",
    real=_always(Answer.OTHER_WORDS),
    line="xl: --format is text, json or yaml, not xml",
    status=2,
)
NO_SOCKETS = Difference(
    id="D31",
    title="An empty list of sockets",
    sentence="psr-cat-set and psr-mba-set read the first of -s even where there is none; to xlpy that is socket 0.",
    command="psr-cat-set -s , 0 3",
    real=_always(Answer.CRASHES),
    line="libxl: error: libxl_psr.c:123:libxl__psr_alloc_log_err_msg: L3 CAT: is not supported in this system",
    status=253,
)

TABLE = tuple(value for value in list(globals().values()) if isinstance(value, Difference))
"""All differences, in the order of their ids."""
