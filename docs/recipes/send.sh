#!/bin/sh
# Sends one CSV or xlsx file of up to 10,000 rows and 8 MiB with curl.
#   LPP_URL=https://… LPP_TOKEN_FILE=/etc/lpp/token ./send.sh bins.csv nightly
# Exit codes: 0 all stored, 1 some rows refused (bins.csv.refused.csv has them, with reasons), 2 nothing sent.
set -u
FILE=$1 MAPPING=$2
URL=${LPP_URL:?is the address of the service}
TOKEN=${LPP_TOKEN:-$(cat "${LPP_TOKEN_FILE:?or LPP_TOKEN is the token of your source}")}
case $FILE in
  *.xlsx) TYPE=application/vnd.openxmlformats-officedocument.spreadsheetml.sheet ;;
  *) TYPE=text/csv ;;
esac
ANSWER=$(mktemp)
HEADERS=$(mktemp) # curl reads the token from a file: a command's arguments are shown to everybody on the machine
trap 'rm -f "$ANSWER" "$HEADERS"' EXIT
chmod 600 "$HEADERS"
printf 'Authorization: Bearer %s\n' "$TOKEN" > "$HEADERS"

# The same key with the same file: if an answer is lost, the retry gets the first receipt and counts nothing twice.
KEY=$(sha256sum "$FILE" | cut -c1-64)
STATUS=$(curl --silent --show-error --output "$ANSWER" --write-out '%{http_code}' \
  --retry 8 --retry-all-errors --retry-max-time 900 --connect-timeout 20 --max-time 300 \
  --header @"$HEADERS" --header "Content-Type: $TYPE" --header "Idempotency-Key: $KEY" --header 'Prefer: handling=lenient' \
  --data-binary @"$FILE" "$URL/v1/events?mapping=$MAPPING&on_repeat=newest")
cat "$ANSWER"; echo
[ "$STATUS" = 200 ] || exit 2
grep -q '"rejected":0[,}]' "$ANSWER" && exit 0
RECEIPT=$(sed 's/.*"receipt":"\([0-9]*\)".*/\1/' "$ANSWER")
curl --silent --show-error --retry 8 --retry-all-errors --header @"$HEADERS" --output "$FILE.refused.csv" \
  "$URL/v1/rejections?receipt=$RECEIPT&format=csv"
exit 1
