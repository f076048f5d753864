# Takes this lab's SSH keys from the firmware (QEMU fw_cfg): the image is the same for all labs, the keys are not.
set -eu
modprobe qemu_fw_cfg
keys=/sys/firmware/qemu_fw_cfg/by_name/opt/lab
umask 077
mkdir -p /root/.ssh
cat "$keys/authorized_keys/raw" > /root/.ssh/authorized_keys
cat "$keys/host_key/raw" > /etc/ssh/ssh_host_ed25519_key
cat "$keys/host_key.pub/raw" > /etc/ssh/ssh_host_ed25519_key.pub
chmod 644 /etc/ssh/ssh_host_ed25519_key.pub
