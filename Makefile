PYTHON ?= python3
BIN := .venv/bin
DATA := ../shared/data

.PHONY: setup setup-dev demo test check bench docs

setup: .venv/.core
setup-dev: .venv/.dev

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.core: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/.core

demo: .venv/.core
	$(BIN)/masklet demo --overwrite

# Training is tested in a process of its own: its forked workers and OpenVINO's threads do not bear each other.
TRAINING := tests/training src/masklet/training
test: .venv/.dev
	$(BIN)/pytest $(TRAINING:%=--ignore=%)
	$(BIN)/pytest $(TRAINING)

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/vulture
	$(MAKE) test
	$(MAKE) docs

docs: .venv/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Rows go to benchmarks/results; what needs the development data in ../shared is left out without it.
bench: .venv/.dev
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	mkdir -p benchmarks/results
	$(BIN)/masklet bench --objects 1,5,10 --frames 200 -o benchmarks/results/masklet-s-objects.csv
	$(BIN)/masklet bench --objects 1 --frames 500,10000 -o benchmarks/results/masklet-s-length.csv
	$(BIN)/masklet bench --objects 1,5 --end-to-end -o benchmarks/results/masklet-s-end-to-end.csv
	$(BIN)/masklet bench label-propagation --objects 1,5,10 --frames 200 -o benchmarks/results/label-propagation-objects.csv
	$(BIN)/masklet bench label-propagation --objects 1 --frames 200,2000 -o benchmarks/results/label-propagation-length.csv
	$(BIN)/python benchmarks/xmem.py build/xmem-made-up.pth --out benchmarks/results/xmem.csv
	test ! -d $(DATA) || $(BIN)/python benchmarks/evaluator.py $(DATA)/DAVIS $(DATA)/eval_fixtures/davis_binary/osvos --out benchmarks/results
	test ! -d $(DATA) || $(BIN)/python benchmarks/davis.py $(DATA)/DAVIS build/davis
	test ! -d $(DATA) || $(BIN)/masklet evaluate davis $(DATA)/DAVIS build/davis --split val --year 2016
	test ! -d $(DATA) || $(BIN)/python benchmarks/davis.py $(DATA)/DAVIS build/davis-baseline --model label-propagation
	test ! -d $(DATA) || $(BIN)/masklet evaluate davis $(DATA)/DAVIS build/davis-baseline --split val --year 2016
	test ! -d $(DATA) || $(BIN)/python benchmarks/davis.py $(DATA)/DAVIS-multi build/davis-multi --year 2017
	test ! -d $(DATA) || $(BIN)/masklet evaluate davis $(DATA)/DAVIS-multi build/davis-multi --split val --year 2017
	test ! -d $(DATA) || $(BIN)/python benchmarks/davis.py $(DATA)/YouTubeVOS-sample build/youtube-vos --dataset youtube-vos --split valid
	test ! -d $(DATA) || $(BIN)/masklet evaluate youtube-vos $(DATA)/YouTubeVOS-sample build/youtube-vos
	$(BIN)/python benchmarks/gaze.py --out benchmarks/results/gaze.csv
	test ! -d $(DATA) || $(BIN)/python benchmarks/carry.py $(DATA)/CamVid
	test ! -d $(DATA) || $(BIN)/python benchmarks/adaptation.py $(DATA)/CamVid build/adaptation
	test ! -d $(DATA) || $(BIN)/python benchmarks/export.py $(DATA)/DAVIS
	test ! -d $(DATA) || $(BIN)/python benchmarks/segmenter.py $(DATA)/PennFudanPed
	test ! -d $(DATA) || $(BIN)/masklet compare $(DATA)/PETS09-S2L1 -o build/pets --threshold 0.5
