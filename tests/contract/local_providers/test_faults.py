"""The admin endpoint itself."""

import httpx
import pytest
from contract.local_providers.dialogue import Faults

pytestmark = [pytest.mark.contract, pytest.mark.timeout(60)]

KEY = {"Authorization": "Token any"}


async def test_faults_are_listed_counted_down_and_cleared(base_url: str, faults: Faults) -> None:
    faults("speak", status=500, times=2)
    faults("speak", status=503, times=None)
    async with httpx.AsyncClient(base_url=base_url, headers=KEY) as client:
        statuses = [(await client.post("/v1/speak", json={"text": "Hi."})).status_code for _ in range(4)]
        assert statuses == [500, 500, 503, 503]
        (left,) = (await client.get("/admin/faults")).json()
        assert (left["status"], left["times"], left["hits"]) == (503, None, 2)
        assert (await client.delete("/admin/faults", params={"target": "listen"})).status_code == 204
        assert len((await client.get("/admin/faults")).json()) == 1
        assert (await client.delete("/admin/faults")).status_code == 204
        assert (await client.get("/admin/faults")).json() == []
        assert (await client.post("/v1/speak", json={"text": "Hi."})).status_code == 200


@pytest.mark.parametrize("order", [{}, {"target": "moon"}, {"target": "speak", "colour": "red"}])
async def test_an_order_that_is_not_understood_is_refused(base_url: str, order: dict[str, str]) -> None:
    async with httpx.AsyncClient(base_url=base_url) as client:
        assert (await client.post("/admin/faults", json=order)).status_code == 422


async def test_health_needs_no_key(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url) as client:
        answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
