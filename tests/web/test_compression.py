"""What travels compressed, and what does not."""

import brotli
import pytest

BROTLI = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_whom_the_portal_sent_and_not_for_whom_another_site_sent(client):
    plain = client.get("/app/login", headers=BROTLI)
    assert "Content-Encoding" not in plain.headers
    for asked_by in ("same-origin", "none"):
        short = client.get("/app/login", headers={**BROTLI, "Sec-Fetch-Site": asked_by})
        assert short.headers["Content-Encoding"] == "br"
        assert "Accept-Encoding" in short.headers["Vary"]
        assert b"<html" in brotli.decompress(short.data)
    for asked_by in ("cross-site", "same-site"):
        long = client.get("/app/login", headers={**BROTLI, "Sec-Fetch-Site": asked_by})
        assert "Content-Encoding" not in long.headers


def test_static_files_are_compressed_for_everybody_and_kept_by_their_tag(client):
    def fetch(**headers):
        return client.get("/static/css/portal.css", headers=headers, buffered=True)

    first = fetch(**BROTLI)
    assert first.headers["Content-Encoding"] == "br"
    assert b"--paper" in brotli.decompress(first.data)
    assert fetch(**BROTLI, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert fetch(**{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in fetch().headers


@pytest.mark.parametrize("path", ["/api/docs/", "/readyz", "/api/cases/"])
def test_what_is_no_page_is_left_alone(client, path):
    answer = client.get(path, headers={**BROTLI, "Sec-Fetch-Site": "same-origin"})
    assert "Content-Encoding" not in answer.headers
