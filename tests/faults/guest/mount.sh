#!/bin/sh
# Puts the bench machine's own file system together, in namespaces of its own, and boots from it.
# $1: the machine's folder, on a tmpfs: upper (its disk), work, root (where it is mounted), outside.
set -e
machine=$1 root=$1/root
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=/,upperdir=$machine/upper,workdir=$machine/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t tmpfs tmpfs "$root/sys/class"
mkdir -p "$root/sys/class/dmi/id"
cp "$machine/product_uuid" "$root/sys/class/dmi/id/product_uuid"
mount -t tmpfs tmpfs "$root/run"
mkdir -m 755 "$root/run/sshd"
mkdir -m 1777 "$root/run/screen"
mkdir "$root/run/outside"
mount --bind "$machine/outside" "$root/run/outside"
if [ -e "$machine/upper/opt/bench/boot_id" ]; then cp "$machine/upper/opt/bench/boot_id" "$root/run/boot_id"
else cat /proc/sys/kernel/random/uuid > "$root/run/boot_id"; fi
mount --bind "$root/run/boot_id" "$root/proc/sys/kernel/random/boot_id"
hostname "$(cat "$machine/upper/etc/hostname")"
exec chroot "$root" /bin/sh /opt/bench/init.sh
