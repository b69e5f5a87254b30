"""OpenAPI links: what an operation answers with, and which others take it."""

from __future__ import annotations

from typing import Any

Link = dict[str, Any]

SESSION = {"session_id": "$response.body#/session_id"}
_OF_SESSION: Link = {"parameters": SESSION}
_ABOUT_SESSION: Link = {"requestBody": SESSION}
_ABOUT_TURN: Link = {"requestBody": {**SESSION, "turn_id": "$response.body#/turn_id"}}
_OF_INVITE: Link = {"requestBody": {"invite": "$response.body#/invite"}}
_OF_FIRST_ROOM: Link = {"parameters": {"room": "$response.body#/0/name"}}
_NEXT_PAGE: Link = {"parameters": {"cursor": "$response.body#/next_cursor"}}

LINKS: dict[tuple[str, str], dict[str, Link]] = {
    ("start", "201"): {
        "session": _OF_SESSION,
        "consent": _ABOUT_SESSION,
        "answer": _ABOUT_TURN,
        "finish": _ABOUT_SESSION,
    },
    ("answer", "200"): {"session": _OF_SESSION, "answer": _ABOUT_TURN, "finish": _ABOUT_SESSION},
    ("create_interview", "201"): {
        **dict.fromkeys(
            (
                *("read_interview", "export_interview", "invite", "nudge_interviewer"),
                *("end_interview", "rescore", "delete_interview"),
            ),
            _OF_SESSION,
        ),
        "exchange_invite": _OF_INVITE,
        "start": _ABOUT_SESSION,
        "token": _ABOUT_SESSION,
    },
    ("invite", "200"): {"exchange_invite": _OF_INVITE},
    ("list_interviews", "200"): {
        "list_interviews": _NEXT_PAGE,
        "read_interview": {"parameters": {"session_id": "$response.body#/items/0/session_id"}},
    },
    ("read_audit_log", "200"): {"read_audit_log": _NEXT_PAGE},
    ("list_rooms", "200"): {"list_participants": _OF_FIRST_ROOM, "close_room": _OF_FIRST_ROOM},
}
"""By the source's operation id and status, then by the target's operation id."""
