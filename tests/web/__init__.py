"""The page in a browser: the suite, and `python -m web`, which runs all of it and tells what it measured."""
