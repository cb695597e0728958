#!/usr/bin/env bash
# The published service as a process of its own under minutes of load: exports of traces, postings of volumes, polls and reads, with a pass every 5 s. Prints
# every 15 s what it takes up, and fails when its memory grows after the warm-up, or when any request was not answered with success. The service has core 0
# to itself, the clients have core 1.
#
#   bench/soak.sh [seconds] [warm-up seconds]      (180 and 120 when left out)
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-180}
warmup=${2:-120}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
echo "Building…"
if ! { dotnet publish src/DynamicSampling.Api -c Release -m:1 --nologo -v quiet -o "$work/service" && dotnet build bench/ServiceApp -c Release -m:1 --nologo -v quiet -o "$work/load"; } > "$work/build"; then
  cat "$work/build" >&2
  exit 1
fi
echo "$warmup s of warm-up, then $seconds s"
taskset -c 1 dotnet "$work/load/DynamicSampling.ServiceApp.dll" soak "$work/service/DynamicSampling.Api.dll" "$warmup" "$seconds"
