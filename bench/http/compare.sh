#!/usr/bin/env bash
# Compares an endpoint with the task filter to the same endpoint without it, over HTTP: requests per second, in alternating
# pairs. The server has core 0 to itself, wrk has core 1.
#
#   bench/http/compare.sh [pairs] [seconds a measurement] [warm-up seconds]      (9, 4 and 40 when left out)
set -euo pipefail
cd "$(dirname "$0")/../.."

pairs=${1:-9}
seconds=${2:-4}
warmup=${3:-40}

for tool in wrk taskset curl dotnet; do
  if ! command -v "$tool" > /dev/null; then
    echo "compare.sh needs $tool, which is not on the PATH (Debian: wrk is in the package wrk, taskset in util-linux)." >&2
    exit 1
  fi
done
for number in "$pairs" "$seconds" "$warmup"; do
  if ! [[ $number =~ ^[1-9][0-9]*$ ]]; then
    echo "compare.sh takes whole numbers from 1 on, not '$number'." >&2
    exit 1
  fi
done
if ! taskset -c 0,1 true 2> /dev/null; then
  echo "compare.sh needs the cores 0 and 1." >&2
  exit 1
fi

work=$(mktemp -d)
server=
cleanup() {
  if [[ -n $server ]]; then
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

echo "Building…"
if ! dotnet build bench/HttpApp -c Release -m:1 --nologo -v quiet -o "$work/app" > "$work/build"; then
  cat "$work/build" >&2
  exit 1
fi

# Port 0: the system picks a free one, and the log says which.
: > "$work/log"
(cd "$work/app" && exec taskset -c 0 dotnet DynamicSampling.HttpApp.dll \
  --urls http://127.0.0.1:0 --Logging:LogLevel:Microsoft.Hosting.Lifetime=Information) > "$work/log" 2>&1 &
server=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$work/log")
  if [[ -n $url ]] || ! kill -0 "$server" 2> /dev/null; then
    break
  fi
  sleep 0.1
done
if [[ -z $url ]]; then
  echo "The server did not start:" >&2
  cat "$work/log" >&2
  exit 1
fi
bare=$(curl -fsS "$url/bare")
filtered=$(curl -fsS "$url/filtered")
if [[ $bare != "$filtered" ]]; then
  echo "The endpoints answer differently: $bare and $filtered" >&2
  exit 1
fi

# Requests per second, from wrk's own summary.
measure() {
  local report
  report=$(taskset -c 1 wrk --threads 1 --connections 32 --duration "${2}s" "$url/$1")
  if grep -qE 'Non-2xx|Socket errors' <<< "$report"; then
    echo "wrk saw errors:" >&2
    echo "$report" >&2
    return 1
  fi
  awk '/^Requests\/sec:/ { print $2; found = 1 } END { exit !found }' <<< "$report"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Both endpoints in turns, so that neither meets a colder server.
echo "Warming up for $warmup s…"
slice=$(( (warmup + 3) / 4 ))
for endpoint in bare filtered bare filtered; do
  measure "$endpoint" "$slice" > /dev/null
done

first=$(measure bare "$seconds")
second=$(measure bare "$seconds")
same=$(ratio "$second" "$first")
printf '%-6s %14s %14s %8s\n' pair 'bare req/s' 'other req/s' ratio
printf '%-6s %14s %14s %8s\n' A/A "$first" "$second" "$same"
for (( pair = 1; pair <= pairs; pair++ )); do
  # Who goes first alternates too: what drifts favours neither.
  if (( pair % 2 )); then
    bare=$(measure bare "$seconds")
    filtered=$(measure filtered "$seconds")
  else
    filtered=$(measure filtered "$seconds")
    bare=$(measure bare "$seconds")
  fi
  value=$(ratio "$filtered" "$bare")
  echo "$value" >> "$work/ratios"
  printf '%-6s %14s %14s %8s\n' "$pair" "$bare" "$filtered" "$value"
done
echo
echo "filtered/bare, median of $pairs pairs: $(median < "$work/ratios")   (target: at least 0.9; A/A: $same)"
