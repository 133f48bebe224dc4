#!/bin/sh
# Starts a private PostgreSQL 17 with pgvector on loopback, for tests: usage real_postgres.sh DIR PORT.
# The server is unpacked from the machine's own Debian mirror, since Debian 12 has no pgvector.
# Needs root (for chroot) and the package mmdebstrap. The data is thrown away with DIR.
set -eu
dir=$1 port=$2 user=${PG_UID:-65533}
bin=usr/lib/postgresql/17/bin
if [ ! -x "$dir/$bin/postgres" ]; then
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n1)
  mmdebstrap --quiet --variant=extract --include=postgresql-17-pgvector,dash,coreutils \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/lib/*/libLLVM*' \
    --dpkgopt='path-exclude=/usr/lib/postgresql/*/lib/bitcode/*' \
    trixie "$dir" "$mirror"
  for link in bin lib lib64 sbin; do [ -e "$dir/$link" ] || ln -s "usr/$link" "$dir/$link"; done
  [ -e "$dir/bin/sh" ] || ln -s dash "$dir/usr/bin/sh"
  mkdir -p "$dir/dev" "$dir/tmp" "$dir/srv/pg"
  [ -e "$dir/dev/null" ] || mknod -m 666 "$dir/dev/null" c 1 3
  [ -e "$dir/dev/urandom" ] || mknod -m 666 "$dir/dev/urandom" c 1 9
  printf 'pg:x:%s:%s::/srv/pg:/bin/sh\n' "$user" "$user" > "$dir/etc/passwd"
  chown "$user:$user" "$dir/srv/pg"
  chmod 1777 "$dir/tmp"
fi
in_root() { chroot --userspec="$user:$user" "$dir" "$@"; }
[ -e "$dir/srv/pg/data/PG_VERSION" ] ||
  in_root "/$bin/initdb" -D /srv/pg/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
in_root "/$bin/pg_ctl" -D /srv/pg/data -w -s -l /srv/pg/log start -o "-p $port \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories=/srv/pg -c fsync=off -c max_connections=200 \
  -c dynamic_shared_memory_type=mmap -c jit=off"
