# The chores. `make serve` and `make test` are all that most people need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := .make
SYSTEM_COMMANDS := chromium:chromium ffmpeg:ffmpeg mpv:mpv cvlc:vlc-bin,vlc-plugin-base jackd:jackd2 node:nodejs npm:npm openssl:openssl mscore3:musescore3
SYSTEM_LIBRARIES := libportaudio.so.2:libportaudio2 libopus.so.0:libopus0
ARGS ?=

.PHONY: help serve test check bench bench-peers bench-page gallery sound-report music-report reference model format clean system

help:
	@echo "make serve   install into $(VENV) and start the server (ARGS='--port 9000' adds options)"
	@echo "make test    install what tests need, then check and test everything"
	@echo "make check   format, lint, types, import layers, JavaScript types"
	@echo "make bench   print the figures of this machine"
	@echo "make bench-peers   the same patch in SuperCollider, Csound, Faust and here"
	@echo "make bench-page   the page in Chromium: bytes, first paint, first sound, effort"
	@echo "make gallery   every sound and style to listen to and to look at, in gallery/"
	@echo "make music-report   measure every style and write docs/music-quality.md"
	@echo "make reference CORPORA=DIR   measure the works that styles are held against"
	@echo "make sound-report   loudness, tilt, width and more of every style at four moods"
	@echo "make model CORPORA=DIR   train the shipped models again (docs/model.md)"
	@echo "make format  format the code     make clean  remove what was made"

serve: $(STAMPS)/installed $(STAMPS)/bytecode
	@exec $(BIN)/genmusic serve $(ARGS)

bench: $(STAMPS)/installed $(STAMPS)/bytecode
	@$(BIN)/genmusic bench $(ARGS)

bench-peers: $(STAMPS)/installed
	@$(BIN)/python tests/benchmarks/bench_peers.py $(ARGS)

bench-page: $(STAMPS)/developer
	@$(BIN)/python tests/benchmarks/bench_page.py $(ARGS)

gallery: $(STAMPS)/installed
	@$(BIN)/python tests/benchmarks/gallery.py $(ARGS)

music-report: $(STAMPS)/installed
	@$(BIN)/genmusic style report --out docs/music-quality.md

reference: $(STAMPS)/installed
	@test -n "$(CORPORA)" || { echo "say where the scores are: make reference CORPORA=DIR (docs/model.md)"; exit 2; }
	@$(BIN)/python tests/benchmarks/reference_figures.py $(CORPORA)

sound-report: $(STAMPS)/installed
	@$(BIN)/python tests/benchmarks/sound_report.py $(ARGS)

model: $(STAMPS)/installed
	@test -n "$(CORPORA)" || { echo "say where the scores are: make model CORPORA=DIR (docs/model.md)"; exit 2; }
	$(BIN)/genmusic train $(CORPORA)/openscore-lieder.zip -o genmusic/models/vocal.npz
	$(BIN)/genmusic train $(CORPORA)/openscore-string-quartets.zip -o genmusic/models/chamber.npz
	$(BIN)/genmusic train $(CORPORA)/openscore-lieder.zip --listen accompaniment \
		-o genmusic/models/piano.npz

test: system check $(STAMPS)/bytecode
	$(BIN)/python -m pytest $(ARGS)
	cd web && npm test --silent

check: $(STAMPS)/developer $(STAMPS)/web
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && npm run check --silent

format: $(STAMPS)/developer
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(STAMPS) web/node_modules build dist test-artifacts

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "genmusic needs Python 3.11 or newer; try make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMPS)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@mkdir -p $(STAMPS) && touch $@

# Where Python is told to leave no bytecode behind, each start would read all sources anew.
$(STAMPS)/bytecode: $(wildcard genmusic/*.py genmusic/*/*.py genmusic/*/*/*.py kernels/*.py) | $(STAMPS)/installed
	@$(BIN)/python -m compileall -q genmusic kernels
	@touch $@

$(STAMPS)/developer: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,device,midi,link,cluster]'
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/installed

$(STAMPS)/web: web/package.json | system
	cd web && npm install --silent --no-save --no-package-lock --no-audit --no-fund
	@mkdir -p $(STAMPS) && touch $@

# What the tests need beyond Python: through apt-get where we may, by a clear word where we may not.
system:
	@missing=""; \
	for pair in $(SYSTEM_COMMANDS); do \
		command -v $${pair%%:*} >/dev/null || missing="$$missing $$(echo $${pair##*:} | tr , ' ')"; done; \
	for pair in $(SYSTEM_LIBRARIES); do \
		PATH=$$PATH:/sbin:/usr/sbin ldconfig -p | grep -q $${pair%%:*} || missing="$$missing $${pair##*:}"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing for the tests:$$missing"; \
		apt-get update -q >/dev/null && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing >/dev/null; \
	else \
		echo "The tests need these Debian packages, and only root may install them:$$missing"; \
		echo "Run: sudo apt-get install$$missing   (tests that need them are skipped until then)"; \
	fi
