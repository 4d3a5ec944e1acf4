"""How `/static` is served: for ever under hashed names, compressed, without cookies, and nothing outside the folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask import session
from flask.testing import FlaskClient

import hatch_build
from survey.web import assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site() -> Flask:
    """A program that would set a cookie on every answer that it makes itself."""
    hatch_build.build(ROOT)
    site = Flask(__name__, static_folder=None)
    site.secret_key = "for this test"
    site.before_request(lambda: session.update(seen=True))
    assets.init_app(site)
    return site


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    """A browser."""
    return site.test_client()


@pytest.mark.parametrize("name", ["app.js", "app.css", "fonts/be-vietnam-pro-400.woff2"])
def test_hashed_files_are_kept_for_ever(site, client, name):
    answer = client.get(site.jinja_env.globals["asset"](name))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_text_comes_compressed_where_that_is_understood(site, client):
    url = site.jinja_env.globals["asset"]("app.js")
    plain, packed = client.get(url), client.get(url, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data


def test_names_without_a_hash_are_asked_for_again(client):
    answer = client.get("/static/vendor/manifest.json")
    assert answer.headers["Cache-Control"] == "max-age=3600, public"


@pytest.mark.parametrize(
    "path", ["/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/static/vendor", "/static/no.js"]
)
def test_nothing_else_is_served(client, path):
    assert client.get(path).status_code == 404


def test_unknown_name_is_an_error_that_says_what_to_do(site):
    with pytest.raises(assets.AssetsMissing, match=r"nope\.js.*make assets"):
        site.jinja_env.globals["asset"]("nope.js")
