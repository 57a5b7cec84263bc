# `make help` lists what there is. `make demo` and `make test` do all their own set-up on Debian or Ubuntu with Swift 6.3.

SWIFT ?= swift
CONFIGURATION ?= debug
BUILD := $(SWIFT) build --configuration $(CONFIGURATION)
SOURCES := Package.swift Sources Tests Benchmarks Fuzz/Package.swift Fuzz/Sources/fuzz-template Fuzz/Sources/fuzz-yaml Fuzz/Sources/fuzz-kustomize \
  Fuzz/Sources/fuzz-merge

.DEFAULT_GOAL := help
.PHONY: help setup build demo test unit sim mutate check format conformance benchmark fuzz clean

help: ## list the verbs
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install packages and programs that are missing
	@scripts/install-packages
	@scripts/install-tools

build: setup ## build the four programs
	$(BUILD)

demo: setup ## one command from a Git commit through a canary rollout to 24 clusters [KEEP=1] [REPORT=out.json]
	@CONFIGURATION=$(CONFIGURATION) KEEP=$(KEEP) REPORT=$(REPORT) scripts/demo

test: setup check ## everything: lint, unit, property, simulation and integration tests on a real PostgreSQL
	@scripts/install-tools tests
	$(SWIFT) build --build-tests
	scripts/run-tests

unit: ## tests whose names match FILTER
	$(SWIFT) test --filter "$(FILTER)"

sim: ## simulated rollouts, built for release [SEEDS=5000] [START=random]
	@SEEDS=$(SEEDS) START=$(START) scripts/simulate

mutate: ## plant deliberate faults in the planner; the simulation must see each [FAULT=word]
	@scripts/mutate $(FAULT)

check: ## formatting and style
	@$(SWIFT) format lint --strict --parallel --recursive $(wildcard $(SOURCES))

format: ## put formatting right
	@$(SWIFT) format --in-place --parallel --recursive $(wildcard $(SOURCES))

conformance: setup ## what of ApplicationSet's and Kubernetes' recorded behaviour holds
	$(SWIFT) test --filter "Conformance|KubeFacts|Exchange"

fuzz: setup ## templates, YAML and kustomizations with libFuzzer, SECONDS (600) each; goes on where the last run ended
	@scripts/fuzz template $(or $(SECONDS),600)
	@scripts/fuzz yaml $(or $(SECONDS),600)
	@scripts/fuzz kustomize $(or $(SECONDS),600)
	@scripts/fuzz merge $(or $(SECONDS),600)

benchmark: setup ## the figures of docs/performance.md, measured here
	scripts/benchmark

clean: ## remove what was built
	rm -rf .build .tools Fuzz/.build
