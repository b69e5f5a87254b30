"""``python -m brain worker`` serves interviews; ``python -m brain jobs`` runs what is later or slow."""

import argparse

from brain.main import main

parser = argparse.ArgumentParser(prog="brain", description=__doc__)
parser.add_argument("role", choices=["worker", "jobs"])
raise SystemExit(main(parser.parse_args().role))
