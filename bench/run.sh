#!/usr/bin/env bash
# Runs the BenchmarkDotNet classes, puts their tables into bench/results/ and prints them.
#
#   bench/run.sh [options of BenchmarkDotNet]
#   bench/run.sh                                     all classes, the default job: what the committed tables come from
#   bench/run.sh --filter '*Timer*' --job short      a first look; do not commit it
set -euo pipefail
cd "$(dirname "$0")/.."

arguments=("$@")
if [[ " $* " != *" --filter "* && " $* " != *" -f "* ]]; then
  arguments+=(--filter '*')
fi

artifacts=$(mktemp -d)
trap 'rm -rf "$artifacts"' EXIT
dotnet build bench/Benchmarks -c Release -m:1 --nologo -v quiet
# From the repository's root: BenchmarkDotNet looks for the project from here.
dotnet bench/Benchmarks/bin/Release/net10.0/DynamicSampling.Benchmarks.dll --artifacts "$artifacts" "${arguments[@]}"

shopt -s nullglob
tables=("$artifacts"/results/*-report-github.md)
if (( ${#tables[@]} == 0 )); then
  echo "No benchmark ran." >&2
  exit 1
fi
mkdir -p bench/results
for table in "${tables[@]}"; do
  # DynamicSampling.Benchmarks.TimerBenchmarks-report-github.md becomes TimerBenchmarks.md.
  name=$(basename "$table" -report-github.md)
  name=${name##*.}
  cp "$table" "bench/results/$name.md"
  echo
  echo "bench/results/$name.md"
  cat "bench/results/$name.md"
  # A benchmark that failed leaves NA; such a table must not pass for a result.
  if awk -F '|' '/^\| *Method/ { for (i = 1; i <= NF; i++) if ($i ~ /^ *Mean *$/) mean = i } mean && $mean ~ /^ *NA *$/ { found = 1 } END { exit !found }' "$table"; then
    echo "$name: a benchmark failed." >&2
    failed=1
  fi
done
exit "${failed:-0}"
