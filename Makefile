# Everything a developer or a newcomer runs. `make` alone lists it.
HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON := .venv/bin/python
# How visitors' texts lead here; say it where 'make run' is reached by another address.
SITE_URL ?= $(if $(TLS_CERT),https,http)://$(if $(filter 0.0.0.0 ::,$(HOST)),localhost,$(HOST)):$(PORT)
LOCAL_ENV = SECRET_KEY=$$(cat .local/secret.key) INSECURE_HTTP=true
# With a certificate, `make run` is https; no browser shall remember that of a trial.
RUN_ENV = $(if $(TLS_CERT),TLS_CERT=$(TLS_CERT) TLS_KEY=$(TLS_KEY) INSECURE_HTTP=false HSTS_SECONDS=0)

# Make before 4.0 cannot keep the outputs of two jobs apart.
ONE_BY_ONE = $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help
.PHONY: help run test test-sqlite test-postgres test-pages check bench fuzz screenshots format messages lock setup clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo; echo "  HOST and PORT say where 'make run' listens: make run HOST=0.0.0.0 PORT=8080"
	@echo "  With TLS_CERT and TLS_KEY, paths of PEM files, 'make run' serves https"

setup: ## Install into .venv and make the local secret (done by the other targets)
	@.ci/setup

run: setup ## Install, migrate, fill in the demo, serve on one port
	@$(LOCAL_ENV) $(RUN_ENV) DEMO=true SMS_PROVIDER=development SITE_URL=$(SITE_URL) ALLOWED_HOSTS='*' exec $(PYTHON) manage.py start --host $(HOST) --port $(PORT)

test: setup ## Run all tests, on SQLite and on PostgreSQL at the same time
	@echo "Both databases and the pages at the same time; each prints its results when it is done."
	@$(MAKE) --no-print-directory --jobs=3 $(ONE_BY_ONE) test-sqlite test-postgres test-pages

test-sqlite: setup ## Run all tests on a SQLite file, but for those of test-pages
	@echo "=== SQLite"; $(LOCAL_ENV) TEST_DATABASE=sqlite $(PYTHON) -m pytest -m "not once" $(ARGS)

test-postgres: setup ## Run all tests on PostgreSQL (DATABASE_URL, else one from PyPI)
	@echo "=== PostgreSQL"; $(LOCAL_ENV) TEST_DATABASE=postgres $(PYTHON) -m pytest $(ARGS)

test-pages: setup ## Run once what hangs on no database: how pages look, and what they do by themselves
	@echo "=== Pages"; $(LOCAL_ENV) TEST_DATABASE=sqlite $(PYTHON) -m pytest -m once $(ARGS)

check: setup ## Format, lint, types, import contracts, templates, migrations, deployment
	@$(LOCAL_ENV) .ci/check

format: setup ## Put code and templates in form
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet . ; .venv/bin/djade --target-version 6.1 $$(git ls-files 'templates/*.html') ; .venv/bin/djangofmt --quiet templates || true

bench: setup ## Measure against a floor in the same run
	@$(LOCAL_ENV) $(PYTHON) -m tests.bench

fuzz: setup ## Ask the API 10,000 times and more for what its document allows, and for what not
	@echo "=== SQLite"; $(LOCAL_ENV) FUZZ=long TEST_DATABASE=sqlite $(PYTHON) -m pytest tests/fuzz
	@echo "=== PostgreSQL"; $(LOCAL_ENV) FUZZ=long TEST_DATABASE=postgres $(PYTHON) -m pytest tests/fuzz

screenshots: setup ## Make the pictures in docs/screenshots
	@$(LOCAL_ENV) $(PYTHON) -m tests.screenshots

messages: setup ## Bring the catalogues of what visitors read up to date; says what has no translation
	@$(LOCAL_ENV) $(PYTHON) -m tests.catalogues && .ci/setup

lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --group dev --extra twilio --universal --python-version 3.12 --generate-hashes --no-header --quiet -o requirements.lock

clean: ## Remove what was installed and made here
	rm -rf .venv .local
