#!/bin/sh
# Installs what the tests need beside Python: PostgreSQL, a browser, LibreOffice with Chinese fonts.
set -eu
missing=""
need() { ls $1 >/dev/null 2>&1 || missing="$missing $2"; }
need "/usr/lib/postgresql/*/bin/initdb" postgresql
need /usr/bin/chromium-headless-shell chromium-headless-shell
need /usr/bin/soffice libreoffice-writer-nogui
need /usr/bin/pdftotext poppler-utils
need /usr/lib/python3/dist-packages/uno.py python3-uno
need "/usr/share/fonts/opentype/noto/NotoSerifCJK*" fonts-noto-cjk
need /usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolFang-Regular.otf texlive-lang-chinese
need /usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf fonts-liberation
[ -z "$missing" ] && exit 0
echo "installing:$missing"
[ "$(id -u)" = 0 ] && sudo="" || sudo=sudo
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
