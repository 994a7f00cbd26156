#!/bin/sh
# Opens a CSV file in LibreOffice Calc and saves it as a workbook beside it. The filter says what somebody chooses in
# the dialogue "Text Import": comma (44), quotation mark (34), Unicode UTF-8 (76), from row 1, and "Detect special
# numbers", which makes dates of dates. Without it a headless Calc takes a file for Windows-1252.
set -eu
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
soffice "-env:UserInstallation=file://$profile" --headless --infilter="CSV:44,34,76,1,,0,false,true" \
  --convert-to xlsx --outdir "$(dirname "$1")" "$1" >/dev/null 2>&1
