# What the comparisons over HTTP share; they source it. The server has core 0 to itself, wrk has core 1.

script=$(basename "$0")
work=
server=

fail() {
  echo "$script: $1" >&2
  exit 1
}

# Ends the server and removes what was written, however the script ends.
cleanup() {
  if [[ -n $server ]]; then
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  fi
  if [[ -n $work ]]; then
    rm -rf "$work"
  fi
}

# prepare NUMBER…: checks tools, cores and the script's arguments, and makes the directory $work.
prepare() {
  local tool number
  for tool in wrk taskset curl dotnet; do
    command -v "$tool" > /dev/null || fail "$tool is needed, and is not on the PATH (Debian: wrk is in the package wrk, taskset in util-linux)."
  done
  for number in "$@"; do
    [[ $number =~ ^[1-9][0-9]*$ ]] || fail "the arguments are whole numbers from 1 on, not '$number'."
  done
  taskset -c 0,1 true 2> /dev/null || fail "the cores 0 and 1 are needed."
  work=$(mktemp -d)
  trap cleanup EXIT
  trap 'exit 130' INT TERM
}

# build PROJECT: builds it into $work/app.
build() {
  echo "Building…"
  if ! dotnet build "$1" -c Release -m:1 --nologo -v quiet -o "$work/app" > "$work/build"; then
    cat "$work/build" >&2
    exit 1
  fi
}

# start ASSEMBLY ARGUMENT…: starts the server on core 0, on ports that the system picks, and waits until it listens. $work/log says where.
start() {
  : > "$work/log"
  (cd "$work/app" && exec taskset -c 0 dotnet "$@") > "$work/log" 2>&1 &
  server=$!
  local i
  for (( i = 0; i < 300; i++ )); do
    if grep -q 'Now listening on: ' "$work/log"; then
      return
    fi
    kill -0 "$server" 2> /dev/null || break
    sleep 0.1
  done
  echo "The server did not start:" >&2
  cat "$work/log" >&2
  exit 1
}

# run_wrk SECONDS URL OPTION…: wrk's report; an error when any answer is not 2xx.
run_wrk() {
  local duration=$1 url=$2 report
  shift 2
  report=$(taskset -c 1 wrk --threads 1 --duration "${duration}s" "${wrk_options[@]}" "$url" "$@")
  if grep -qE 'Non-2xx|Socket errors' <<< "$report"; then
    echo "wrk saw errors:" >&2
    echo "$report" >&2
    return 1
  fi
  echo "$report"
}

# Answers, from a report of wrk; and how many a second.
answers() { awk '/ requests in .* read$/ { print $1; found = 1 } END { exit !found }'; }

per_second() { awk '/^Requests\/sec:/ { print $2; found = 1 } END { exit !found }'; }

# What the server has used of processors, in ticks (the fields 14 and 15 of stat(5); the second one has no spaces here).
processor_time() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }

# per_processor_second NUMBER BEFORE AFTER: for each second of the server's processor time between two readings of it. Says the same as a number
# per second where the server has its core to the full, and still holds where wrk cannot keep up.
per_processor_second() {
  awk -v number="$1" -v ticks="$(( $3 - $2 ))" -v hertz="$(getconf CLK_TCK)" 'BEGIN { printf "%.0f", number * hertz / ticks }'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a / b }'; }

median() { sort -g | awk -v OFMT=%.9g '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# compare ROUNDS SECONDS WARMUP BASE OTHER…: calls measure (the caller's: endpoint and seconds; it prints a number per second) for all endpoints in
# turns, after BASE twice, and prints what comes out. Leaves the medians of other/BASE in ${results[@]}, those of the numbers in ${speeds[@]},
# BASE's first, and the ratio of BASE to itself in $same.
compare() {
  local rounds=$1 seconds=$2 warmup=$3
  shift 3
  local endpoints=("$@") others=("${@:2}") base=$1 slice=$(( (warmup + 2 * $# - 1) / (2 * $#) ))
  local endpoint round i first second order
  local -A measured
  # All endpoints in turns, so that none meets a colder server.
  echo "Warming up for $warmup s…"
  for endpoint in "$@" "$@"; do
    measure "$endpoint" "$slice" > /dev/null
  done

  first=$(measure "$base" "$seconds")
  second=$(measure "$base" "$seconds")
  same=$(ratio "$second" "$first")
  echo "A/A, $base/s: $first and $second, ratio $same"
  printf '%-6s' round
  printf ' %16s' "${@/%//s}" "${others[@]/%//$base}"
  echo
  rm -f "$work"/measured.* "$work"/ratios.*
  for (( round = 1; round <= rounds; round++ )); do
    # Who goes first alternates too: what drifts favours nobody.
    order=("$@")
    if (( round % 2 == 0 )); then
      for (( i = 0; i < $#; i++ )); do
        order[i]=${endpoints[$# - 1 - i]}
      done
    fi
    for endpoint in "${order[@]}"; do
      measured[$endpoint]=$(measure "$endpoint" "$seconds")
    done
    printf '%-6s' "$round"
    for endpoint in "$@"; do
      printf ' %16s' "${measured[$endpoint]}"
      echo "${measured[$endpoint]}" >> "$work/measured.$endpoint"
    done
    for endpoint in "${others[@]}"; do
      second=$(ratio "${measured[$endpoint]}" "${measured[$base]}")
      printf ' %16s' "$second"
      echo "$second" >> "$work/ratios.$endpoint"
    done
    echo
  done
  results=()
  speeds=()
  for endpoint in "$@"; do
    speeds+=("$(median < "$work/measured.$endpoint")")
  done
  for endpoint in "${others[@]}"; do
    results+=("$(median < "$work/ratios.$endpoint")")
  done
}
