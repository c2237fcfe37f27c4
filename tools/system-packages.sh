#!/bin/sh
# Makes sure the programs and libraries that pip cannot bring are there; installs them where we may.
# Usage: tools/system-packages.sh [--test]   (--test adds what only the tests need)
set -eu
packages="python3-venv tesseract-ocr tesseract-ocr-osd libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 fonts-liberation fonts-dejavu-core"
wanted=$packages
[ "${1:-}" = "--test" ] && wanted="$packages postgresql qpdf chromium libatomic1 fonts-crosextra-carlito fonts-crosextra-caladea fonts-breip fonts-kristi fonts-rufscript fonts-dkg-handwriting"

if [ "$(uname)" = "Darwin" ]; then
    command -v tesseract >/dev/null && exit 0
    echo "casebinder needs the OCR program and Pango. Type: brew install tesseract pango" >&2
    exit 1
fi
if ! command -v dpkg-query >/dev/null; then
    command -v tesseract >/dev/null && exit 0
    echo "Install your system's packages for: $wanted" >&2
    exit 1
fi
missing=""
for package in $wanted; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
# A Python that already makes virtual environments does not need Debian's package for it.
if python3 -c 'import venv, ensurepip' 2>/dev/null; then missing=$(echo "$missing" | sed 's/ python3-venv//'); fi
if [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ]; then missing=$(echo "$missing" | sed 's/ postgresql//'); fi
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then run=""; elif sudo -n true 2>/dev/null; then run="sudo -n"; else
    echo "casebinder needs system packages. Type: sudo apt-get install$missing" >&2
    exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -qq
# shellcheck disable=SC2086
$run apt-get install -y -qq --no-install-recommends $missing >/dev/null
