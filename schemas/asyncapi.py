"""The AsyncAPI 3.0 document: which topics there are, what travels on each, who sends and who receives."""

from __future__ import annotations

import inspect
from typing import Any, TypeAlias

from schemas.envelope import Event, event_type
from schemas.json_schemas import event_kinds, file_name
from schemas.participants import PARTICIPANTS, Participant
from schemas.topics import DEFAULT_PREFIX, TOPICS, Topic

Document: TypeAlias = dict[str, Any]

RELEASE = "0.1.0"
"""The release whose contracts these are; `released/` keeps them under this name."""

KAFKA_BINDING = "0.5.0"


def asyncapi_document() -> Document:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Quartermaster",
            "version": RELEASE,
            "description": (
                "What Quartermaster's services tell one another. Every message is a CloudEvents 1.0 event in "
                "structured JSON form; (source, id) names it for ever. Delivery is at least once: readers ignore "
                "what they have applied, and types and fields they do not know."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "log": {
                "host": "{bootstrapServers}",
                "protocol": "kafka",
                "description": "Apache Kafka, or the embedded broker of a local stack.",
                "variables": {"bootstrapServers": {"default": "127.0.0.1:9092"}},
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{participant.name}-{action}s-{topic.name}": _operation(participant, action, topic)
            for participant in PARTICIPANTS
            for action, topics in (("send", participant.sends), ("receive", participant.receives))
            for topic in topics
        },
        "components": {"messages": {event_type(kind): _message(kind) for kind in event_kinds()}},
    }


def _channel(topic: Topic) -> Document:
    return {
        "address": DEFAULT_PREFIX + topic.name,
        "description": f"Key: {topic.keyed_by}. The events of one key stay in order.",
        "messages": {
            event_type(kind): {"$ref": f"#/components/messages/{event_type(kind)}"} for kind in topic.event_types
        },
        "bindings": {"kafka": {"partitions": topic.partitions, "bindingVersion": KAFKA_BINDING}},
    }


def _operation(participant: Participant, action: str, topic: Topic) -> Document:
    operation: Document = {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": participant.does,
        "tags": [{"name": participant.name}],
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{event_type(kind)}"} for kind in topic.event_types],
    }
    if action == "receive":
        group = {"type": "string", "const": DEFAULT_PREFIX + participant.name}
        operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": KAFKA_BINDING}}
    return operation


def _message(kind: type[Event]) -> Document:
    (topic,) = (topic for topic in TOPICS if kind in topic.event_types)
    return {
        "name": event_type(kind),
        "title": kind.__name__,
        "summary": inspect.cleandoc(kind.__doc__ or ""),
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "properties": {"log": {"type": "string", "description": "The log (cluster id) it was published to."}},
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": {"$ref": f"./json/{file_name(kind)}"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"The event's subject: {topic.keyed_by}."},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }
