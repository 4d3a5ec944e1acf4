#!/bin/sh
# Writes the hash-pinned locks. dev.txt is solved first and the others are held to it, so that no two locks disagree.
# The output names neither an index nor a folder: the hashes are all that says where a file may come from.
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-.venv/bin/uv}

compile() {
    out=$1
    shift
    "$UV" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links \
        "$@" --output-file "$out" >/dev/null
    echo "$out: $(grep -c == "$out") packages"
}

compile requirements/dev.txt pyproject.toml --all-extras --group dev
compile requirements/build.txt --group build --constraint requirements/dev.txt
compile requirements/run.txt pyproject.toml --constraint requirements/dev.txt
compile requirements/server.txt pyproject.toml --all-extras --constraint requirements/dev.txt
compile requirements/node.txt --group node
compile deploy/one-machine/requirements-certbot.txt deploy/one-machine/requirements-certbot.in
