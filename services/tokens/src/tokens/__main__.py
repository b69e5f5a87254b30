"""``python -m tokens``; with ``--openapi`` or ``--page-headers``, only what others need of it."""

import argparse
import json
import sys

from viva_shared.settings import LiveKitSettings, SettingsError, load_settings

from tokens.adapters.http import openapi
from tokens.adapters.http.page_headers import page_headers
from tokens.main import main

parser = argparse.ArgumentParser(prog="tokens", description="Viva's front door.")
parser.add_argument("--openapi", action="store_true", help="print the OpenAPI document, and do nothing else")
parser.add_argument(
    "--page-headers",
    action="store_true",
    help="print the headers that each of the page's files needs, one on a line, for who serves them instead",
)
arguments = parser.parse_args()
if arguments.openapi:
    json.dump(openapi(), sys.stdout, indent=2)
    sys.exit()
if arguments.page_headers:
    try:
        settings = load_settings(LiveKitSettings)
    except SettingsError as error:
        sys.exit(f"tokens: {error}")
    for name, value in page_headers(settings.livekit_url, any_livekit=settings.profile == "local").items():
        sys.stdout.write(f"{name}: {value}\n")
    sys.exit()
sys.exit(main())
