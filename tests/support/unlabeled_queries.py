"""Queries about four topics, without labels."""

from __future__ import annotations

TOPICS = {
    "parcel": (
        "where is my parcel",
        "my parcel has not arrived yet",
        "when will my parcel be delivered",
        "can you track my parcel",
        "the delivery of my parcel is late",
        "has my parcel been shipped",
        "my parcel was supposed to come yesterday",
        "I am still waiting for the parcel I ordered",
    ),
    "password": (
        "I forgot my password",
        "how do I reset my password",
        "please send me a new password",
        "my password does not work",
        "I want to change my password",
        "the password reset link has expired",
        "it says that my password is wrong",
        "can I choose another password",
    ),
    "invoice": (
        "I need a copy of my invoice",
        "where can I download the invoice",
        "the invoice shows the wrong amount",
        "please send the invoice to my office",
        "my invoice has the wrong address",
        "when do you send the invoice",
        "I never received an invoice",
        "how do I pay this invoice",
    ),
    "vacation": (
        "how many vacation days do I have left",
        "I want to take vacation in July",
        "who approves my vacation request",
        "can I carry vacation days over to next year",
        "please cancel my vacation",
        "is my vacation approved",
        "how do I ask for vacation",
        "when can I take my vacation",
    ),
}
"""Eight queries about each."""

OTHERS = ("tell me a joke", "do penguins have knees", "sing for me", "what is seven times eight")
"""Queries that belong to none of them."""

QUERIES = (*(query for topic in TOPICS.values() for query in topic), *OTHERS)
"""All of them."""


def topics_of(queries: tuple[str, ...]) -> set[str]:
    """The topics of queries; `other` stands for none."""
    topic = {query.casefold(): name for name, inside in TOPICS.items() for query in inside}
    return {topic.get(query.casefold(), "other") for query in queries}
