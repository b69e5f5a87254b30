"""What the page asks before it shows anything: who may do what here, and what interviews there are."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tokens.adapters.http.depends import Recruiting, Wired
from tokens.adapters.http.problems import problems
from tokens.application.scenarios import Offer

router = APIRouter(tags=["page"])


class SignInWays(BaseModel):
    """How a recruiter may sign in."""

    api_key: bool = Field(description="By `POST /auth/session`.")
    oidc: bool = Field(description="By a link to `/auth/oidc`.")


class PageSettings(BaseModel):
    """What the page must know before anybody has signed in."""

    open: bool = Field(description="The door stands open: nobody needs credentials.")
    local: bool = Field(description="The local profile: people may name a LiveKit server of their own.")
    sign_in: SignInWays
    require_consent: bool = Field(description="Nothing is asked before the candidate has agreed.")


class ScenarioItem(BaseModel):
    """A scenario, as far as a form needs it."""

    name: str = Field(description="For `scenario` of a new interview.", examples=["question_set"])
    title: str = Field(examples=["Interview questions"])
    language: str = Field(description="Its own.", examples=["en"])
    languages: list[str] = Field(description="All that it speaks, its own first.", examples=[["en", "de"]])
    kind: Literal["question_set", "stages"] = Field(
        description="A question set takes a job, a number of questions, or the questions themselves."
    )
    num_questions: int | None = Field(description="Of a question set, unless its interview says otherwise.")
    stages: list[str] = Field(description="Titles, in order.", examples=[["Introduction", "Closing"]])
    shows_scores: bool = Field(description="Whether candidates see their scores and the report.")

    @classmethod
    def of(cls, offer: Offer) -> ScenarioItem:
        """The scenario as the interface shows it."""
        scenario, asking = offer.scenario, offer.scenario.question_stage
        return cls(
            name=scenario.name,
            title=scenario.title,
            language=scenario.language,
            languages=list(offer.languages),
            kind="question_set" if asking else "stages",
            num_questions=asking.questions.count if asking and asking.questions else None,
            stages=[stage.title for stage in scenario.stages],
            shows_scores=scenario.shows_scores,
        )


@router.get("/page")
async def page_settings(services: Wired) -> PageSettings:
    """What the page must know before anybody has signed in."""
    settings = services.settings
    return PageSettings(
        open=settings.auth == "open",
        local=settings.profile == "local",
        sign_in=SignInWays(api_key=True, oidc=bool(settings.oidc_client_id)),
        require_consent=settings.require_consent,
    )


@router.get("/scenarios", responses=problems(401, 403, 503))
async def list_scenarios(_: Recruiting, services: Wired) -> list[ScenarioItem]:
    """What interviews can be held here, by name. A scenario that cannot be used is not among them."""
    return [ScenarioItem.of(offer) for offer in services.interviews.scenarios.offers()]
