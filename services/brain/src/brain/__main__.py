"""``python -m brain worker`` serves interviews, ``jobs`` does what is later, ``replay ID…`` checks logs."""

import argparse

from brain.main import main

parser = argparse.ArgumentParser(prog="brain", description=__doc__)
roles = parser.add_subparsers(dest="role", required=True)
roles.add_parser("worker")
roles.add_parser("jobs")
roles.add_parser("replay").add_argument("interview_ids", metavar="ID", nargs="+")
raise SystemExit(main(**vars(parser.parse_args())))
