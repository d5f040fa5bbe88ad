"""What `xl cd-insert` and `xl cd-eject` have in common; with -N they print the drive as it would be."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xlpy.cli.call import Call


def change(call: Call, *, eject: bool = False) -> int:
    """Read the drive and, behind it, the path of the medium; the drive is empty without one, and after EJECT."""
    from xlpy.cli.shared.attaching import check_domain, read_device
    from xlpy.cli.shared.domains import find_domid
    from xlpy.devices.disk import Disk
    from xlpy.host import BUILT_IN
    from xlpy.libxl_json import to_json

    call.options()
    domain, drive, path = [*call.words[: 2 if eject else 3], ""][:3]
    check_domain(call, domain)
    attached, status = read_device(call, "block-attach", [f"vdev={drive},access=r,devtype=cdrom,target={path}"])
    disk = attached.device
    if status is not None or not isinstance(disk, Disk):
        return status or 1
    facts = BUILT_IN if call.settings.dry_run and call.settings.connect is None else call.executor().info().facts
    if disk.format != "empty" and not facts.has(disk.pdev_path or ""):
        print(f"Cannot stat file: {disk.pdev_path}", file=sys.stderr)
        return 1
    if call.settings.dry_run:
        sys.stdout.write(f"{disk.KIND}: {to_json(disk, call.release)}\n")
        return 0
    executor = call.executor()
    executor.devices.change_medium(find_domid(executor, domain), disk)
    return 0
