#!/usr/bin/env bash
# dovecot.sh - a real IMAP server (Dovecot) on loopback with TLS, STARTTLS and one mailbox, for testing how mail comes in.
#
#   PORT=5043 WORK_DIR=/tmp/peers/dovecot tests/peers/dovecot.sh
#
# Environment (all optional)
#   PORT       IMAPS port on 127.0.0.1                     (5043)
#   PLAIN_PORT port with STARTTLS on 127.0.0.1             (PORT + 1)
#   WORK_DIR   everything is written below this directory  (/tmp/peers/dovecot)
#   IMAP_USER, IMAP_PASSWORD  the one account              (desk / test-imap-pw)
#
# Mail is delivered by writing files into IMAP_MAILDIR/new. When it is up, KEY=VALUE lines are written to
# WORK_DIR/ready.env and printed; the last line is READY. SIGTERM and SIGINT stop it. It needs dovecot-imapd and openssl,
# and runs without rights: as root it becomes nobody.
set -euo pipefail

PORT="${PORT:-5043}"
PLAIN_PORT="${PLAIN_PORT:-$((PORT + 1))}"
WORK_DIR="${WORK_DIR:-/tmp/peers/dovecot}"
IMAP_USER="${IMAP_USER:-desk}"
IMAP_PASSWORD="${IMAP_PASSWORD:-test-imap-pw}"

mkdir -p "$WORK_DIR"
WORK_DIR=$(cd "$WORK_DIR" && pwd)
READY="$WORK_DIR/ready.env"
rm -f "$READY"
say() { echo "$*" >&2; }
DOVECOT=$(PATH="$PATH:/usr/sbin" command -v dovecot) || { say "dovecot is not installed: apt-get install dovecot-imapd"; exit 1; }
for port in "$PORT" "$PLAIN_PORT"; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then say "port $port is already in use"; exit 1; fi
done

# A small CA and a leaf signed by it: clients built on webpki refuse a CA certificate presented as the server's own.
TLS="$WORK_DIR/tls"
rm -rf "$TLS"
mkdir -p "$TLS"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=test CA" -keyout "$TLS/ca.key" -out "$TLS/ca.pem" \
    -addext "basicConstraints=critical,CA:TRUE" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout "$TLS/leaf.key" -out "$TLS/leaf.csr" 2>/dev/null
printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n' >"$TLS/leaf.ext"
openssl x509 -req -in "$TLS/leaf.csr" -CA "$TLS/ca.pem" -CAkey "$TLS/ca.key" -CAcreateserial -days 2 \
    -extfile "$TLS/leaf.ext" -out "$TLS/leaf.pem" 2>/dev/null

ME=$(id -un)
RUN=()
if [ "$(id -u)" = 0 ]; then
    ME=nobody
    RUN=(setpriv --reuid=nobody --regid="$(id -gn nobody)" --clear-groups)
fi
GROUP=$(id -gn "$ME")
MAILDIR="$WORK_DIR/mail/$IMAP_USER"
rm -rf "$WORK_DIR/mail" "$WORK_DIR/run"
mkdir -p "$MAILDIR"/{new,cur,tmp} "$WORK_DIR"/{run,state}

cat >"$WORK_DIR/dovecot.conf" <<CONF
base_dir = $WORK_DIR/run
state_dir = $WORK_DIR/state
log_path = $WORK_DIR/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = $ME
default_internal_group = $GROUP
default_login_user = $ME
first_valid_uid = 1
ssl = required
ssl_cert = <$TLS/leaf.pem
ssl_key = <$TLS/leaf.key
disable_plaintext_auth = yes
auth_mechanisms = plain login
mail_location = maildir:$WORK_DIR/mail/%u
mailbox_list_index = no
maildir_very_dirty_syncs = no
passdb {
  driver = static
  args = password=$IMAP_PASSWORD
}
userdb {
  driver = static
  args = uid=$ME gid=$GROUP home=$WORK_DIR/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Done {
    auto = create
  }
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $PLAIN_PORT
  }
  inet_listener imaps {
    port = $PORT
    ssl = yes
  }
}
service stats {
  chroot =
}
CONF
[ "$(id -u)" = 0 ] && chown -R "$ME:$GROUP" "$WORK_DIR"
# The way to a folder in /tmp may be closed to others.
chmod 755 "$WORK_DIR"

"${RUN[@]}" "$DOVECOT" -F -c "$WORK_DIR/dovecot.conf" &
pid=$!
trap 'kill -TERM $pid 2>/dev/null; wait $pid 2>/dev/null; exit 0' TERM INT
for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && break
    kill -0 $pid 2>/dev/null || { say "dovecot did not start:"; cat "$WORK_DIR/dovecot.log" >&2; exit 1; }
    sleep 0.1
done
cat >"$READY.new" <<ENV
IMAP_HOST=127.0.0.1
IMAP_PORT=$PORT
IMAP_STARTTLS_PORT=$PLAIN_PORT
IMAP_USER=$IMAP_USER
IMAP_PASSWORD=$IMAP_PASSWORD
IMAP_CA_FILE=$TLS/ca.pem
IMAP_MAILDIR=$MAILDIR
ENV
mv "$READY.new" "$READY"
cat "$READY"
echo READY
wait $pid
