"""``python -m tokens``; with ``--openapi``, only the description of its interface, as JSON."""

import argparse
import json
import sys

from tokens.adapters.http import openapi
from tokens.main import main

parser = argparse.ArgumentParser(prog="tokens", description="Viva's front door.")
parser.add_argument("--openapi", action="store_true", help="print the OpenAPI document, and do nothing else")
if parser.parse_args().openapi:
    json.dump(openapi(), sys.stdout, indent=2)
    sys.exit()
sys.exit(main())
