#!/usr/bin/env bash
# Nodes of the service on one PostgreSQL server, for the scripts beside this file. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

: "${DYNAMIC_SAMPLING_BENCH_POSTGRES:?names no server: eval \"\$(bench/postgres.sh start)\"}"
for tool in psql curl jq; do
  command -v "$tool" >/dev/null || { echo "$tool is missing." >&2; exit 1; }
done
part() { tr ';' '\n' <<<"$DYNAMIC_SAMPLING_BENCH_POSTGRES" | sed -n "s/^$1=//Ip"; }
export PGHOST PGPORT PGUSER PGPASSWORD
PGHOST=$(part Host) PGPORT=$(part Port) PGUSER=$(part Username) PGPASSWORD=$(part Password)

dotnet build src/DynamicSampling.Api -c Release --nologo -v quiet >/dev/null
work=$(mktemp -d)
nodes=()
database=
clean_up() {
  for pid in "${nodes[@]}"; do kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  [ -z "$database" ] || psql -q -d postgres -c "DROP DATABASE IF EXISTS $database WITH (FORCE)"
  rm -rf "$work"
}
trap clean_up EXIT

# A new database with the schema and so many organizations.
create_database() {
  [ -z "$database" ] || psql -q -d postgres -c "DROP DATABASE $database WITH (FORCE)"
  database="dynamic_sampling_bench_$$_$RANDOM"
  psql -q -d postgres -c "CREATE DATABASE $database"
  export Storage__Provider=postgres ConnectionStrings__DynamicSampling="$DYNAMIC_SAMPLING_BENCH_POSTGRES;Database=$database"
  dotnet src/DynamicSampling.Api/bin/Release/net10.0/DynamicSampling.Api.dll migrate >/dev/null
  # Partitions are made as the service makes them: it starts once, and gets volumes of an hour ago.
  start_node setup Scheduling__Enabled=false
  curl -fsS "$(<"$work/setup")/api/volumes" -H 'Content-Type: application/json' \
    -d "[{\"project\":\"p\",\"transaction\":\"t\",\"total\":1,\"timestamp\":\"$(date -u -d '1 hour ago' +%FT%TZ)\"}]" >/dev/null
  curl -fsS -X DELETE "$(<"$work/setup")/api/organizations/default?data=true"
  stop_nodes
  psql -q -d "$database" -v organizations="$1" -f bench/cluster/fill.sql
}

# start_node NAME [SETTING=VALUE …]: starts a node and waits until it is ready. Its number is $!, its address is in $work/NAME.
start_node() {
  local name=$1
  shift
  env Cluster__Node="$name" "$@" dotnet src/DynamicSampling.Api/bin/Release/net10.0/DynamicSampling.Api.dll --urls http://127.0.0.1:0 \
    >"$work/$name.log" 2>&1 &
  nodes+=($!)
  until grep -q 'Now listening on' "$work/$name.log"; do
    kill -0 "${nodes[-1]}" 2>/dev/null || { cat "$work/$name.log" >&2; exit 1; }
    sleep 0.1
  done
  sed -n 's/.*Now listening on: //p' "$work/$name.log" >"$work/$name"
}

stop_nodes() {
  for pid in "${nodes[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${nodes[@]}"; do wait "$pid" 2>/dev/null || true; done
  nodes=()
}

query() { psql -qAt -d "$database" -c "$1"; }
