#!/usr/bin/env bash
# make demo: 3,000,000 real flights through all doors of Stator, on the embedded engine.
#
# Works in build/demo (DEMO_DIR names another folder). The first run loads the flights; later runs reuse the table and
# repeat every read and query. Remove the folder to start over.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/tools/setup_lib.sh"
stator="$root/build/stator"
demo="${DEMO_DIR:-$root/build/demo}"
data="$cache/node-data-$(key_of "$root/tools/packages/node-data/package.json" \
  "$root/tools/packages/node-data/package-lock.json")/node_modules/vega-datasets/data"
flights="$data/flights-3m.parquet"
server=

main() {
  trap 'stop_server' EXIT
  mkdir -p "$demo/data"
  cp -r "$root/examples/flights/." "$demo"
  ln -sf "$flights" "$demo/data/flights.parquet"
  cd "$demo"
  load_flights
  build_features
  materialize_features
  read_features
  make_training_set
  ask_sql
  what_next
}

title() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
note() { printf '   %s\n' "$*"; }

# A word of a command as one would type it: plain where that will do, else in quotes. None of ours holds both kinds.
quoted() {
  case "$1" in
    *\'*) printf '"%s"' "$1" ;;
    *[!A-Za-z0-9_./:=@%+,-]*) printf "'%s'" "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

# Shows a command, then runs it.
run() {
  printf '\033[36m$ stator'
  local word
  for word in "$@"; do printf ' %s' "$(quoted "$word")"; done
  printf '\033[0m\n'
  "$stator" "$@"
}

# The same for a SQL statement, which reads better without shell quotes.
ask() {
  printf '\033[36m$ stator sql -c "%s"\033[0m\n' "$1"
  "$stator" sql -c "$1"
}

table_rows() { "$stator" sql --format csv -c "SELECT count(*) AS n FROM flights" 2>/dev/null | tail -n 1; }

load_flights() {
  title "1  3,000,000 flights become DynamoDB items"
  if [ -e data/loaded ]; then
    note "The table is there from an earlier run ($demo/.stator/data): it is used again."
  else
    note "Each flight is an item: partition key origin, sort key flight (date, destination, and a number that tells equal"
    note "rows apart). They go into a table of the embedded engine, in $demo/.stator/data."
    run import --table flights --partition-key origin --sort-key flight --from "$(cat <<'SQL'
SELECT origin,
       strftime(date, '%Y-%m-%dT%H:%M') || '#' || destination || '#'
         || row_number() OVER (PARTITION BY origin, destination, date ORDER BY delay, distance) AS flight,
       strftime(date, '%Y-%m-%dT%H:%M') AS date, delay, distance, destination
FROM 'data/flights.parquet'
SQL
)"
    touch data/loaded
  fi
  ask "SELECT count(*) AS flights FROM flights"
  local rows
  rows=$(table_rows)
  [ "$rows" = 3000000 ] || { echo "demo: the table holds $rows flights, not 3000000; remove $demo and run again" >&2; exit 1; }
}

build_features() {
  title "2  Hourly features per airport and per route, from all 3,000,000 rows"
  ask "COPY (
  SELECT origin AS airport, date_trunc('hour', date) + INTERVAL 1 HOUR AS event_timestamp, count(*) AS departures,
         avg(delay) AS mean_delay_minutes, max(delay) AS worst_delay_minutes,
         avg(CASE WHEN delay > 15 THEN 1.0 ELSE 0.0 END) AS late_share
  FROM 'data/flights.parquet' GROUP BY ALL ORDER BY ALL
) TO 'data/airport_hourly.parquet'"
  ask "COPY (
  SELECT origin, destination, date_trunc('hour', date) + INTERVAL 1 HOUR AS event_timestamp,
         count(*) AS route_departures, avg(delay) AS route_mean_delay_minutes
  FROM 'data/flights.parquet' GROUP BY ALL ORDER BY ALL
) TO 'data/route_hourly.parquet'"
  ask "SELECT (SELECT count(*) FROM 'data/airport_hourly.parquet') AS airport_hours,
       (SELECT count(*) FROM 'data/route_hourly.parquet') AS route_hours"
}

materialize_features() {
  title "3  The newest of them go into the online store"
  note "features/flights.yaml defines two feature views and a feature service; apply creates their tables and registry."
  run apply
  run materialize 2001-01-01T00:00:00 2001-12-31T23:59:59
}

read_features() {
  title "4  Features are read online: on the command line, and over HTTP as a model server would"
  run get-online-features -f airport_hourly:departures -f airport_hourly:mean_delay_minutes -e airport=SFO -e airport=JFK
  start_server
  local body='{"feature_service": "flight_delay", "entities": {"airport": ["SFO", "JFK"], "origin": ["SFO", "JFK"], "destination": ["JFK", "LAX"]}}'
  printf '\033[36m$ curl -s %s/get-online-features -d %s\033[0m\n' "$features_url" "$(quoted "$body")"
  curl -sS --max-time 10 "$features_url/get-online-features" -d "$body"
  echo
  stop_server
}

start_server() {
  printf '\033[36m$ stator serve\033[0m\n'
  "$stator" serve --features-port auto --dynamodb-port auto --sql-port 0 --admin-port 0 >data/serve.log 2>&1 &
  server=$!
  local tries
  for tries in $(seq 200); do
    features_url=$(sed -n 's/.*features listening on \(http[^ ]*\).*/\1/p' data/serve.log | head -n 1)
    [ -n "$features_url" ] && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  cat data/serve.log >&2
  echo "demo: stator serve did not start" >&2
  exit 1
}

stop_server() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || true
  server=
}

make_training_set() {
  title "5  A training set: what was known at the departure of each of 10,000 flights, and not a minute later"
  ask "COPY (
  SELECT origin AS airport, origin, destination, date AS event_timestamp, delay AS label_delay_minutes
  FROM 'data/flights.parquet' WHERE date >= '2001-03-01' ORDER BY hash(date, origin, destination, delay) LIMIT 10000
) TO 'data/labels.parquet'"
  run get-historical-features --entity-rows data/labels.parquet --feature-service flight_delay -o data/training.parquet
  ask "SELECT * FROM 'data/training.parquet' LIMIT 5"
}

ask_sql() {
  title "6  SQL over the DynamoDB table"
  note "A key range is a Query of DynamoDB, not a scan: EXPLAIN says so, and what it costs."
  local range="SELECT flight, delay FROM flights
WHERE origin = 'SFO' AND flight BETWEEN '2001-06-30T20:00' AND '2001-06-30T22:00'"
  ask "EXPLAIN $range"
  ask "$range ORDER BY flight LIMIT 5"
  note "An aggregate over everything is a scan, in parallel segments."
  ask "SELECT origin, count(*) AS flights, round(avg(delay), 1) AS mean_delay
FROM flights GROUP BY origin ORDER BY flights DESC LIMIT 5"
  note "One query over both: the DynamoDB table and the Parquet file."
  ask "SELECT f.flight, f.delay, h.departures, round(h.mean_delay_minutes, 1) AS mean_delay_of_the_hour_before
FROM flights f JOIN 'data/airport_hourly.parquet' h
  ON h.airport = f.origin AND h.event_timestamp = date_trunc('hour', CAST(f.date AS TIMESTAMP))
WHERE f.origin = 'SFO' AND f.flight BETWEEN '2001-06-30T07:00' AND '2001-06-30T08:00'
ORDER BY f.delay DESC LIMIT 5"
}

what_next() {
  title "Done. What to try next"
  cat <<TEXT
   cd $demo
   $stator sql              # ask your own questions; .help helps
   $stator serve            # all doors: features 6566, SQL 8090, DynamoDB 8000, admin 9090
   AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python your_program.py     # any AWS SDK, unchanged
   $stator init my_features # a feature repository of your own
TEXT
}

main "$@"
