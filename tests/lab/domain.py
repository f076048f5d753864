"""The lab's virtual machine as libvirt wants it described."""

from dataclasses import dataclass
from pathlib import Path

from tests.lab.image import Image

MEMORY_MB = 1280
ADDRESS = "10.20.30.40"  # in guest/root/etc/systemd/network/10-lab.network too


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where this machine hears for the lab, on 127.0.0.1; the SIP port is both TCP and UDP."""

    ssh: int
    https: int
    http: int
    sip: int


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What tells one lab from another, and does not change as long as its folder exists."""

    domain: str
    uuid: str
    ports: Ports


def xml(identity: Identity, image: Image, state: Path, accelerator: str) -> str:
    """Return the description of the virtual machine."""
    return f"""\
<domain type='{"kvm" if accelerator == "kvm" else "qemu"}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{identity.domain}</name>
  <uuid>{identity.uuid}</uuid>
  <memory unit='MiB'>{MEMORY_MB}</memory>
  <vcpu>2</vcpu>
  <sysinfo type='fwcfg'>
    <entry name='opt/lab/authorized_keys' file='{state}/key.pub'/>
    <entry name='opt/lab/host_key' file='{state}/host_key'/>
    <entry name='opt/lab/host_key.pub' file='{state}/host_key.pub'/>
  </sysinfo>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>{image.kernel}</kernel>
    <initrd>{image.initrd}</initrd>
    <cmdline>{command_line(identity)}</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='maximum'/>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='unsafe'/>
      <source file='{state}/disk.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <serial type='pty'><log file='{state}/console.log' append='on'/><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <memballoon model='none'/>
    <controller type='usb' model='none'/>
    <video><model type='none'/></video>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-netdev'/>
    <qemu:arg value='{network(identity.ports)}'/>
    <qemu:arg value='-device'/>
    <qemu:arg value='virtio-net-pci,netdev=lab,mac={hardware_address(identity)},bus=pcie.0,addr=0x10'/>
  </qemu:commandline>
</domain>
"""


def command_line(identity: Identity) -> str:
    """Return the kernel's command line; the machine id is the UUID, so that no two labs have the same."""
    machine = identity.uuid.replace("-", "")
    lean = "quiet no_timer_check mitigations=off audit=0 apparmor=0"
    return f"root=/dev/vda rw console=ttyS0 {lean} net.ifnames=0 systemd.machine_id={machine}"


def network(ports: Ports) -> str:
    """Return QEMU's user network: forwarded ports lead in; the guest knows no way out (its gateway does not exist).

    QEMU's own `restrict=on` is no help: it also drops the answers to forwarded UDP (QEMU 7.2 with libslirp 4.7).
    """
    pairs = [("tcp", ports.ssh, 22), ("tcp", ports.https, 443), ("tcp", ports.http, 80),
             ("tcp", ports.sip, 5060), ("udp", ports.sip, 5060)]  # fmt: skip
    forwards = [f"hostfwd={protocol}:127.0.0.1:{here}-{ADDRESS}:{there}" for protocol, here, there in pairs]
    return ",".join(["user,id=lab,net=10.20.30.0/24,host=10.20.30.2,dns=10.20.30.3", *forwards])


def hardware_address(identity: Identity) -> str:
    """Return the MAC address: QEMU's own prefix and the end of the UUID."""
    tail = identity.uuid[-6:]
    return f"52:54:00:{tail[0:2]}:{tail[2:4]}:{tail[4:6]}"
