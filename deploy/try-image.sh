#!/usr/bin/env bash
# Builds the image and walks compose.yaml as the README does: up, send, stop while sending, down, up, the same answer.
# All of it is in a project of its own, removed at the end. Without an engine, or without the images that it builds on,
# it says so and passes.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() { echo "$1: image not built"; exit 0; }
docker compose version > /dev/null 2>&1 && docker info > /dev/null 2>&1 || skip 'no engine'
bases=$(sed -n 's/^FROM \([a-z]*:[^ ]*\).*/\1/p; s/^ *image: \(postgres:.*\)/\1/p' Dockerfile compose.yaml | sort -u)
for base in $bases; do
  docker image inspect "$base" > /dev/null 2>&1 || timeout 300 docker pull --quiet "$base" > /dev/null 2>&1 ||
    skip "no $base to be had"
done

scratch=$(mktemp -d)
touch "$scratch/acknowledged"
secret=$(head -c 24 /dev/urandom | base64)
# A password with all that an address would have to encode.
cat > "$scratch/env" <<END
OPERATOR_TOKEN=$secret
POSTGRES_PASSWORD='p/w#1?&%@: x'
PORT=0
VERSION=try
REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown)
END
compose() { docker compose --project-name lpp-try --env-file "$scratch/env" "$@"; }
trap 'compose down --volumes --timeout 5 > /dev/null 2>&1; rm -rf "$scratch"' EXIT
up() {
  compose up --detach --wait --wait-timeout 300 > "$scratch/up" 2>&1 || { cat "$scratch/up"; compose logs; exit 1; }
  container=$(compose ps --quiet service)
  address=http://$(compose port service 3000)
}
ask() { # path, token, then what curl takes
  curl --silent --show-error --fail --max-time 30 -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $2" "$address$1" "${@:3}"
}
event() { # id
  printf '{"id":"%s","authority":"solihull","service":"report-missed-bin",' "$1"
  printf '"occurred_at":"2014-05-27T08:31:00+01:00","channel":"web"}'
}
count() {
  ask '/v1/series?authority=solihull&service=report-missed-bin&period=day&start_on=2014-05-27&end_on=2014-05-27' - |
    grep -oE '"value":[0-9]+' | cut -d: -f2
}
expect() { if [ "$2" = "$3" ]; then echo "ok: $1"; else echo "not ok: $1: $2, not $3"; exit 1; fi; }

compose build --quiet
up
inspect() { docker inspect --format "$1" "$container"; }
expect 'runs as a number' "$(inspect '{{.Config.User}}')" 1000:1000
expect 'is labelled' "$(inspect '{{index .Config.Labels "org.opencontainers.image.version"}}')" try
expect 'is confined' "$(inspect '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}')" 'true [ALL]'
expect 'has no npm' "$(compose exec -T service sh -c 'command -v npm || ls sbom.cdx.json')" sbom.cdx.json
used=$(docker run --rm --read-only --env DATABASE_URL=postgres://nobody@127.0.0.1:1/none --env DATABASE_WAIT=0 \
  --env NODE_DEBUG_NATIVE=COMPILE_CACHE local-performance-platform:try 2>&1 | grep -c 'was accepted' || true)
expect 'uses compiled code' "$((used > 500))" 1
expect 'runs as anybody' "$(docker run --rm --read-only --user 1000670000:0 local-performance-platform:try node -p 1)" 1

ask /v1/sources/solihull/try "$secret" -X PUT --data '{"services":["report-missed-bin"]}' > /dev/null
token=$(ask /v1/sources/solihull/try/tokens "$secret" --data '{}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
( for i in $(seq 200); do
    ask /v1/events "$token" --data "$(event "$i")" > /dev/null 2>&1 && echo "$i" >> "$scratch/acknowledged"
  done; true ) &
until [ "$(wc -l < "$scratch/acknowledged")" -ge 20 ]; do sleep 0.2; done
compose stop service > /dev/null 2>&1
expect 'stops in order' "$(inspect '{{.State.ExitCode}}')" 0
wait $!
sent=$(wc -l < "$scratch/acknowledged")
compose down > /dev/null 2>&1
up
again=$(while read -r i; do ask /v1/events "$token" --data "$(event "$i")"; done < "$scratch/acknowledged" |
  grep -o '"duplicates":1' | wc -l)
expect "keeps all $sent that it acknowledged" "$again" "$sent"
before=$(count)
expect 'verifies' "$(compose exec -T service node src/cli/rollups.ts verify)" '0 differing sums'
compose down > /dev/null 2>&1
up
expect 'answers the same after down and up' "$(count)" "$before"
echo 'image: built and run'
