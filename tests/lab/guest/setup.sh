#!/bin/sh
# Runs once, inside the new root file system: turns a plain Debian into the lab TVOX.
# The files of guest/root are already in their places; the SQL files lie in /var/tmp/lab-sql.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

echo 'root:lab-password' | chpasswd
: > /etc/machine-id
rm -f /etc/ssh/ssh_host_* /etc/update-motd.d/* /etc/motd /var/lib/dbus/machine-id
ln -sf /usr/share/zoneinfo/Europe/Rome /etc/localtime
ln -sf telephony.py /usr/lib/lab-tvox/lab-telephony
ln -sf webapi.py /usr/lib/lab-tvox/lab-webapi
chmod 755 /usr/lib/lab-tvox/*.py
mkdir -p /var/log/lab-tvox /opt/telenia_data/sync/certs /opt/telenia_data/sync/tvox/ivr /opt/telenia_data/sync/system/backup

# What the documented folders hold is the lab's own: some prompts, an old backup.
for prompt in benvenuto orari attesa chiuso festivi; do
    yes "lab $prompt" | head -c 160000 > "/opt/telenia_data/sync/tvox/ivr/lab-$prompt.wav"
done
yes 'lab backup' | head -c 1500000 > /opt/telenia_data/sync/system/backup/lab-configuration.bak

openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /O=ACME/CN=pbx.lab.example \
    -addext subjectAltName=DNS:pbx.lab.example \
    -keyout /etc/lab-tvox/web.key -out /etc/lab-tvox/web.crt 2> /dev/null
chmod 600 /etc/lab-tvox/web.key
cp /etc/lab-tvox/web.crt /opt/telenia_data/sync/certs/lab-web.crt
rm -f /etc/nginx/sites-enabled/default
ln -sf ../sites-available/lab-tvox /etc/nginx/sites-enabled/lab-tvox

install -d -o mysql -g mysql /run/mysqld
mariadbd --user=mysql --skip-networking --socket=/run/mysqld/mysqld.sock &
for _ in $(seq 60); do mariadb-admin ping > /dev/null 2>&1 && break; sleep 1; done
for file in /var/tmp/lab-sql/mariadb-*.sql; do mariadb < "$file"; done
mariadb-admin shutdown
wait

cluster=$(pg_lsclusters -h | awk '{print $1; exit}')
sed -i '1i local davical_administrators davical_dba trust' "/etc/postgresql/$cluster/main/pg_hba.conf"
cat >> "/etc/postgresql/$cluster/main/postgresql.conf" <<'CONF'
shared_buffers = 16MB
jit = off
autovacuum = off
CONF
pg_ctlcluster "$cluster" main start
su postgres -c 'psql -q -f /var/tmp/lab-sql/postgresql.sql'
pg_ctlcluster "$cluster" main stop
# Debian takes the next free port when one is taken; where this image is built has nothing to do with the guest.
sed -i "s/^port = .*/port = 5432/" "/etc/postgresql/$cluster/main/postgresql.conf"

systemctl enable systemd-networkd nginx chrony ssh mariadb postgresql \
    lab-identity lab-telephony lab-webapi lab-sip lab-ntp
systemctl disable kamailio systemd-networkd-wait-online
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
    fstrim.timer kamailio.service systemd-networkd-wait-online.service systemd-pstore.service getty@tty1.service
systemctl set-default multi-user.target

# Copies of what the machine outside needs to boot and to trust this one.
mkdir -p /boot/lab
cp "$(ls /boot/vmlinuz-* | tail -1)" /boot/lab/vmlinuz
cp "$(ls /boot/initrd.img-* | tail -1)" /boot/lab/initrd
chmod 644 /boot/lab/*
rm -rf /var/tmp/lab-sql /usr/share/doc /usr/share/man /var/cache/apt /var/lib/apt/lists
