#!/usr/bin/env bash
# A PostgreSQL server for the benchmarks, with PostgreSQL's own settings: every commit reaches the disk.
#
#   eval "$(bench/postgres.sh start)"   starts it and sets DYNAMIC_SAMPLING_BENCH_POSTGRES
#   bench/postgres.sh stop              stops it and deletes its data
set -euo pipefail
port=${PORT:-54399}
directory=${DIRECTORY:-/tmp/dynamic-sampling-bench-postgres}
binaries=$(dirname "$(find /usr/lib/postgresql /usr/pgsql-* /opt/homebrew/opt -name initdb -path '*bin*' 2>/dev/null | sort -V | tail -n 1)")
# It refuses to run as root.
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(runuser -u postgres --)

case ${1:-} in
  start)
    if [ ! -d "$directory" ]; then
      mkdir -p "$directory"
      [ "$(id -u)" -ne 0 ] || chown postgres "$directory"
      "${as_user[@]}" "$binaries/initdb" --pgdata "$directory/data" --auth trust --username postgres --locale C.UTF-8 --encoding UTF8 >&2
    fi
    "${as_user[@]}" "$binaries/pg_ctl" --pgdata "$directory/data" status >/dev/null || "${as_user[@]}" "$binaries/pg_ctl" --pgdata "$directory/data" --wait --log "$directory/log" \
      --options "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$directory -c max_connections=200" start >&2
    echo "export DYNAMIC_SAMPLING_BENCH_POSTGRES='Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres'"
    ;;
  stop)
    "${as_user[@]}" "$binaries/pg_ctl" --pgdata "$directory/data" --wait --mode fast stop
    rm -rf "$directory"
    ;;
  *)
    grep '^#' "$0" | tail -n +2
    exit 2
    ;;
esac
