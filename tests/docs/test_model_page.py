"""The page about models, followed against a server on loopback."""

from collections.abc import Callable

from flujo.testing.endpoint import Endpoint, json_reply
from tests.docs.session import Session


def test_page_does_what_it_shows(person: Session, follow: Callable[[str], None]) -> None:
    with Endpoint(["a complaint, I think", json_reply({"label": "question", "urgent": True})]) as endpoint:
        person.replaced["127.0.0.1:8080"] = endpoint.url.removeprefix("http://").removesuffix("/v1")
        follow("docs/how-to/use-a-model.md")
    assert [request.body["messages"][0]["role"] for request in endpoint.requests] == ["system", "system"]
    assert "Where is my parcel" in str(endpoint.requests[0].body)
