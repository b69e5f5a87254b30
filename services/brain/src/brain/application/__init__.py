"""Use cases: serving interviews as a worker, performing their effects, the jobs."""
