"""The pages about models, followed against a server on loopback."""

from collections.abc import Callable

from flujo.testing.endpoint import Endpoint, json_reply
from tests.docs.session import Session


def test_page_does_what_it_shows(person: Session, follow: Callable[[str], None]) -> None:
    with Endpoint(["a complaint, I think", json_reply({"label": "question", "urgent": True})]) as endpoint:
        person.replaced["127.0.0.1:8080"] = endpoint.url.removeprefix("http://").removesuffix("/v1")
        follow("docs/how-to/use-a-model.md")
    assert [request.body["messages"][0]["role"] for request in endpoint.requests] == ["system", "system"]
    assert "Where is my parcel" in str(endpoint.requests[0].body)


def test_the_conversation_is_as_the_page_shows(person: Session, follow: Callable[[str], None]) -> None:
    with Endpoint(["To which town?", "The train at 8, then a walk along the harbour."]) as endpoint:
        person.replaced["127.0.0.1:8080"] = endpoint.url.removeprefix("http://").removesuffix("/v1")
        follow("docs/how-to/have-a-conversation.md")
    messages = [(message["role"], message["content"]) for message in endpoint.requests[1].body["messages"][1:]]
    assert messages == [
        ("user", "I want to see the sea"),
        ("assistant", "To which town?"),
        ("user", "Bergen"),
    ]


def test_the_router_is_as_the_page_shows(person: Session, follow: Callable[[str], None]) -> None:
    with Endpoint([json_reply("tech")]) as endpoint:
        person.replaced["127.0.0.1:8080"] = endpoint.url.removeprefix("http://").removesuffix("/v1")
        follow("docs/reference/language/router.md")
    assert "Say who answers this letter" in str(endpoint.requests[0].body)
    assert "My screen is dark" in str(endpoint.requests[0].body)
