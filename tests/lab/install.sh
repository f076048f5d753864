#!/bin/sh
# Installs what the lab and the tests need on a Debian machine; may be run again at any time.
set -eu
packages="qemu-system-x86 qemu-utils mmdebstrap libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients
    openssh-client e2fsprogs fakeroot uidmap util-linux openssl
    libvirt-dev pkg-config gcc python3-dev python3-venv
    openssh-server screen iproute2 procps mount chromium dnsmasq-base bind9-dnsutils bind9-host iptables
    nftables unzip bzip2 xz-utils"

# The servers that tests run for themselves, each in a folder and on a port of its own.
packages="$packages postgresql mariadb-server-core mariadb-client-core slapd chrony coturn"
missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing="$missing $package"
done
# A list of packages is wanted even when nothing is missing: the lab's image is made from it.
lists=$(apt-get indextargets 'Created-By: Packages' | grep -c . || true)
[ -n "$missing" ] || [ "$lists" -eq 0 ] || exit 0

as_root=""
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root apt-get update
[ -z "$missing" ] || $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing
