#!/usr/bin/env bash
# The whole test suite. It installs what it lacks where it can, and says plainly what it skipped where it cannot.
set -euo pipefail
cd "$(dirname "$0")/.."
skipped=()

need_postgres() {
  command -v initdb >/dev/null && return 0
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0
  return 1
}

install_debian() { # install_debian PACKAGE...: only as root on a Debian machine
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  echo "== installing $*"
  { apt-get install -y -q "$@" || { apt-get update -q && apt-get install -y -q "$@"; }; } >/tmp/holdfast-apt.log 2>&1
}

need_postgres || install_debian postgresql || skipped+=("the PostgreSQL half of the storage tests: its server programs are not installed")
[ -x /usr/bin/prometheus-alertmanager ] || install_debian prometheus-alertmanager || skipped+=("a real Alertmanager paging through on-call: prometheus-alertmanager is not installed")
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  install_debian chromium || true
  chromium=$(command -v chromium) || skipped+=("the browser journeys: no Chromium is installed")
fi

if command -v npm >/dev/null; then
  echo "== interface"
  make ui
  (cd ui && npm run check)
else
  skipped+=("everything of the web interface: npm is not installed")
fi

echo "== go build and vet"
CGO_ENABLED=0 go build -trimpath -o bin/holdfast ./cmd/holdfast
go vet -tags slow ./...

echo "== go test"
go test -tags slow -timeout 15m ./...

if [ -n "$chromium" ] && command -v npm >/dev/null && [ -d ui/e2e ]; then
  echo "== browser journeys"
  (cd ui && CHROMIUM="$chromium" npm run e2e)
fi

for s in "${skipped[@]+"${skipped[@]}"}"; do echo "SKIPPED: $s"; done
echo "== done"
