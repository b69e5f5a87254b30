"""The built page (``services/web``), as the front door serves it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, PathLike, StaticFiles
from starlette.types import Scope

INDEX = "index.html"
PAGES = frozenset({"recruiter"})
"""First parts of the paths that are the page's own: a script shows what is there."""
ASSETS = "assets"
"""The folder of files whose names change with their content."""
FOR_EVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""Best first: ``Content-Encoding``, and what the build appends to the name of a file so compressed."""


class PageFiles(StaticFiles):
    """The files of one folder, as they are at the moment; whatever is not there is a 404."""

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        """Args: ``headers``: that each file is sent with."""
        super().__init__(directory=folder)
        self._folder = os.path.realpath(folder)
        self._headers = headers

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)
        first = path.partition(os.sep)[0]
        return await super().get_response(INDEX if first in (os.curdir, *PAGES) else path, scope)

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        request, path = Headers(scope=scope), os.fspath(full_path)
        first = os.path.relpath(path, self._folder).partition(os.sep)[0]
        headers = {
            **self._headers,
            "Cache-Control": FOR_EVER if first == ASSETS else ASK_AGAIN,
            "Vary": "Accept-Encoding",
        }
        media_type = guess_type(path)[0] or "application/octet-stream"
        accepted = _accepted(request.get("accept-encoding", ""))
        for encoding, ending in ENCODINGS:
            if encoding in accepted and os.path.isfile(path + ending):
                path, stat_result = path + ending, os.stat(path + ending)
                headers["Content-Encoding"] = encoding
                break
        response = FileResponse(path, status_code, headers, media_type, stat_result=stat_result)
        if self.is_not_modified(response.headers, request):
            return NotModifiedResponse(response.headers)
        return response


def _accepted(header: str) -> set[str]:
    """Encodings that an ``Accept-Encoding`` names and does not rule out."""
    accepted = set()
    for part in header.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";q=")
        if not re.fullmatch(r"0(\.0*)?", weight):
            accepted.add(name)
    return accepted
