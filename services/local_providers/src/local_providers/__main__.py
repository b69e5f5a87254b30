"""`python -m local_providers`."""

from local_providers.main import run

if __name__ == "__main__":
    run()
