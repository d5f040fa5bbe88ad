"""XML as libvirt gives and takes it."""

from __future__ import annotations

CAPABILITIES = """\
<capabilities>
  <host>
    <cpu><arch>x86_64</arch><feature name='svm'/></cpu>
    <topology>
      <cells num='2'>
        <cell id='0'><memory unit='KiB'>2097152</memory><cpus num='2'><cpu id='0'/><cpu id='1'/></cpus></cell>
        <cell id='1'><memory unit='KiB'>2097152</memory><cpus num='2'><cpu id='2'/><cpu id='3'/></cpus></cell>
      </cells>
    </topology>
  </host>
  <guest><os_type>xen</os_type><arch name='x86_64'><emulator>/usr/lib/xen/bin/qemu-system-i386</emulator></arch></guest>
  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'><loader>/usr/lib/xen/boot/hvmloader</loader></arch>
    <features><hap default='on' toggle='yes'/></features>
  </guest>
</capabilities>
"""
WEB = """\
<domain type='xen'>
  <name>web</name>
  <memory unit='KiB'>131072</memory>
  <vcpu current='1'>2</vcpu>
  <os><type>{}</type></os>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>{}</on_crash>
  <seclabel><label>system_u:system_r:domU_t</label></seclabel>
</domain>"""
"""With room for the type of the system and the action after a crash."""
