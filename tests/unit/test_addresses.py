"""What is known about hosts without asking the network."""

import pytest

from cse_chat.entrypoints.addresses import url_of


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("10.0.0.1", "http://10.0.0.1:80"),
        ("fe80::1", "http://[fe80::1]:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 -- nothing is bound
        ("::", "http://[::1]:80"),
    ],
)
def test_what_listens_somewhere_has_an_address_that_can_be_asked(host: str, url: str) -> None:
    assert url_of(host, 80) == url
