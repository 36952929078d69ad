# Targets for people and for CI. `make run` and `make test` need Go and Node; everything else they fetch or say that they lack.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X holdfast.dev/internal/app.Version=$(VERSION)
UI_SRC  := $(shell find ui/src ui/scripts ui/index.html ui/package-lock.json ui/vite.config.ts -type f 2>/dev/null)
export CGO_ENABLED = 0

.PHONY: run build ui test check bench fuzz e2e dev clean

build: ui ## the binary with the web interface inside
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/holdfast ./cmd/holdfast

ui: ui/dist/index.html

ui/node_modules/.package-lock.json: ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SRC)
	cd ui && npm run build

run: build ## a demo company on embedded storage at http://localhost:8080
	bin/holdfast demo --data $(or $(DATA),data) --listen $(or $(LISTEN),127.0.0.1:8080)

check: ## format, vet, lint where installed, architecture, types of the interface
	@test -z "$$(gofmt -l cmd internal ui/*.go)" || { echo "not formatted:"; gofmt -l cmd internal ui/*.go; exit 1; }
	$(GO) vet ./...
	$(GO) test ./internal/archtest/
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "skipped: golangci-lint is not installed (make lint-install)"; fi
	@if [ -d ui/node_modules ]; then cd ui && npm run check; else echo "skipped: interface checks (run make ui first)"; fi

lint-install: ## the linter at the version that CI uses, built from source
	$(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.6.2

test: ## everything: both engines, the interface, the binary
	./scripts/test.sh

bench: ## the figures of docs/performance.md
	$(GO) test -run '^$$' -bench . -benchtime 2s ./internal/...

FUZZTIME ?= 20s
fuzz: ## every fuzz target for FUZZTIME
	@for p in $$($(GO) list ./internal/...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
		echo "== $$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $$p || exit 1; done; done

e2e: build ## journeys in a real browser
	cd ui && npm run e2e

dev: ## Vite with hot reload against a running server on :8080
	cd ui && npm run dev

clean:
	rm -rf bin ui/dist/assets ui/dist/index.html
