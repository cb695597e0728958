#!/usr/bin/env bash
# Exports of 512 spans over HTTP: the service, which counts their root spans, beside an endpoint that only drains the body and one that parses it as
# anybody would, in the same process. Spans for each second of the server's processor time: wrk has more work with an export than who only drains
# it. The server has core 0 to itself, wrk has core 1.
#
#   bench/http/ingest.sh [rounds] [seconds a measurement] [warm-up seconds] [exports…]      (5, 4, 48 and all four when left out)
set -euo pipefail
cd "$(dirname "$0")/../.."
source bench/http/lib.sh

rounds=${1:-5}
seconds=${2:-4}
warmup=${3:-48}
prepare "$rounds" "$seconds" "$warmup"
connections=8
wrk_options=(--connections "$connections" --script bench/http/ingest.lua)

build bench/ServiceApp
# Fewer spans are remembered than there are in the compressed bodies, which come again.
start DynamicSampling.ServiceApp.dll serve --urls http://127.0.0.1:0 --Logging:LogLevel:Default=Warning --Ingest:RememberedSpans=40000 \
  "--ConnectionStrings:DynamicSampling=Data Source=$work/dynamic-sampling.db"
service=$(sed -n 's/^Service: //p' "$work/log")
bare=$(sed -n 's/^Bare: //p' "$work/log")

kinds=(protobuf-10 protobuf-100 gzip-10 json-10)
if (( $# > 3 )); then
  kinds=("${@:4}")
fi
# As in production, the services poll, so that each span is held against what was served. A rate of 0.1 makes ten of one.
for kind in "${kinds[@]}"; do
  curl -fsS "$service/sampling?service=$kind" | grep -q '"samplingRate":0.1}' || fail "$kind is not served a rate of 0.1."
done
echo "Writing exports…"
mkdir "$work/bodies"
dotnet "$work/app/DynamicSampling.ServiceApp.dll" bodies "$work/bodies" > "$work/bodies/all"
for kind in "${kinds[@]}"; do
  grep "^$kind " "$work/bodies/all" >> "$work/bodies/list" || fail "there are no exports '$kind'."
done
echo 0 > "$work/runs"

# Spans for each second of the server's processor time. Keeps account in files, because it runs in subshells.
measure() {
  local url type encoding=identity parser=generated run sent report before after answered
  case $kind in
    gzip-*) encoding=gzip parser=generated/gzip ;;
    json-*) parser=generated/json ;;
  esac
  type=application/x-protobuf
  if [[ $kind == json-* ]]; then
    type=application/json
  fi
  case $1 in
    service) url=$service/v1/traces ;;
    parser) url=$bare/$parser ;;
    *) url=$bare/$1 ;;
  esac
  run=$(( $(< "$work/runs") + 1 ))
  echo "$run" > "$work/runs"
  sent=$(cat "$work/sent.$kind.$1" 2> /dev/null || echo 0)
  before=$(processor_time)
  report=$(run_wrk "$2" "$url" -- "$work/bodies/$kind.bodies" "/${url#http://*/}" "$type" "$encoding" "$run" "$sent")
  after=$(processor_time)
  answered=$(answers <<< "$report")
  # What was under way at the end has been sent, but not answered.
  echo $(( sent + answered + connections )) > "$work/sent.$kind.$1"
  echo "$answered" >> "$work/answered.$kind.$1"
  per_processor_second $(( answered * spans )) "$before" "$after"
}

# check KIND ROOTS: whether all root spans have been counted that were sent, each once.
check() {
  local counted most least
  least=$(awk -v roots="$2" '{ sum += $1 } END { printf "%.0f", sum * roots }' "$work/answered.$1.service")
  most=$(( $(< "$work/sent.$1.service") * $2 ))
  counted=$(curl -fsS "$service/api/organizations/default/volumes?window=2h" \
    | grep -o "\"project\":\"$1\",\"transaction\":null,\"total\":[0-9]*,\"kept\":[0-9]*" | grep -o '[0-9]*$')
  if (( counted < least || counted > most )); then
    fail "$1: $least to $most root spans were sent, and $counted were counted."
  fi
  echo "$1: $counted root spans were counted, of $least that were answered and at most $(( most - least )) that were not."
}

summary=()
while read -r kind roots spans bytes; do
  echo
  echo "$kind: $spans spans, $roots of them roots, in $bytes bytes"
  compare "$rounds" "$seconds" "$warmup" drain parser service
  summary+=("$(printf '%-14s %12s %12s %12s %14s %14s %8s' "$kind" "${speeds[@]}" "${results[1]}" "$(ratio "${speeds[2]}" "${speeds[1]}")" "$same")")
done < "$work/bodies/list"

# The last flush, which comes every second.
sleep 3
echo
while read -r kind roots _; do
  check "$kind" "$roots"
done < "$work/bodies/list"
echo
echo "Medians of spans for each second of the server's processor time, and of their ratios:"
printf '%-14s %12s %12s %12s %14s %14s %8s\n' exports drain parser service service/drain service/parser A/A
printf '%s\n' "${summary[@]}"
echo "(targets of service/drain: protobuf-10 at least 0.5, protobuf-100 at least 0.3)"
