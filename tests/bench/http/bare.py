"""What a token costs at least: livekit-api minting the same one in a bare FastAPI route."""

from __future__ import annotations

import sys
from datetime import timedelta

import uvicorn
from fastapi import FastAPI
from livekit.api import AccessToken, VideoGrants
from livekit.protocol.agent_dispatch import RoomAgentDispatch
from livekit.protocol.room import RoomConfiguration
from pydantic import BaseModel

app = FastAPI()
KEY, SECRET = "bench", "a secret of the benchmark, long enough for HS256"


class Asked(BaseModel):
    """What the front door is asked, too."""

    session_id: str
    participant_name: str


@app.post("/livekit/token")
async def token(asked: Asked) -> dict[str, str]:
    """Nothing but the token."""
    room = f"interview-{asked.session_id}"
    minted = (
        AccessToken(KEY, SECRET)
        .with_identity(f"{asked.participant_name}-{asked.session_id}")
        .with_name(asked.participant_name)
        .with_ttl(timedelta(hours=2))
        .with_attributes({"viva.role": "candidate"})
        .with_grants(
            VideoGrants(
                room_join=True,
                room=room,
                can_publish=True,
                can_publish_sources=["microphone", "camera", "screen_share", "screen_share_audio"],
                can_subscribe=True,
                can_publish_data=True,
            )
        )
        .with_room_config(
            RoomConfiguration(agents=[RoomAgentDispatch(agent_name="viva-interviewer")], departure_timeout=60)
        )
        .to_jwt()
    )
    return {"token": minted, "url": "ws://127.0.0.1:7880", "room_name": room}


if __name__ == "__main__":
    uvicorn.run(
        app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_config=None
    )
