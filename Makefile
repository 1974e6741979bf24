# Spikeloom: `make help` lists what is here. Every target works in a fresh clone with a Swift toolchain.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
SWIFT_FLAGS := -Xswiftc -warnings-as-errors
SPIKELOOM := .build/release/spikeloom

.PHONY: build test smoke lint format embed bench validate help

build: ## release build, warnings are errors
	swift build -c release $(SWIFT_FLAGS)

test: ## all tests, release build (the command of the README and of CI)
	swift test -c release $(SWIFT_FLAGS)

smoke: ## release build and the demo, before each commit
	swift build -c release $(SWIFT_FLAGS)
	mkdir -p .build/smoke && $(SPIKELOOM) demo --output .build/smoke

lint: ## swift format, strict
	swift format lint --strict --recursive Sources Tests Package.swift

format: ## rewrite sources in the house format
	find Sources Tests Package.swift -type f -name "*.swift" -print0 | xargs -0 swift format format --in-place

embed: ## write the bundled profiles and digits into Swift sources again
	Scripts/embed.sh

bench: build ## heavier measurements: conversion, compilation and emulation speed
	python3 Scripts/bench.py

validate: build ## the accuracy bars on the staged data (needs SPIKELOOM_DATA); resumable, ONLY=name for one
	python3 Scripts/validate.py

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
