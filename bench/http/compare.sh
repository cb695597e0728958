#!/usr/bin/env bash
# Compares an endpoint with the task filter to the same endpoint without it, over HTTP: requests per second, in alternating
# pairs. The server has core 0 to itself, wrk has core 1.
#
#   bench/http/compare.sh [pairs] [seconds a measurement] [warm-up seconds]      (9, 4 and 40 when left out)
set -euo pipefail
cd "$(dirname "$0")/../.."
source bench/http/lib.sh

pairs=${1:-9}
seconds=${2:-4}
warmup=${3:-40}
prepare "$pairs" "$seconds" "$warmup"
wrk_options=(--connections 32)

build bench/HttpApp
start DynamicSampling.HttpApp.dll --urls http://127.0.0.1:0 --Logging:LogLevel:Microsoft.Hosting.Lifetime=Information
url=$(sed -n 's/.*Now listening on: \(http[^ ]*\).*/\1/p' "$work/log")
bare=$(curl -fsS "$url/bare")
filtered=$(curl -fsS "$url/filtered")
[[ $bare == "$filtered" ]] || fail "the endpoints answer differently: $bare and $filtered"

measure() { run_wrk "$2" "$url/$1" | per_second; }

compare "$pairs" "$seconds" "$warmup" bare filtered
echo
echo "filtered/bare, median of $pairs pairs: ${results[0]}   (target: at least 0.9; A/A: $same)"
