"""The interviewer's mind: the stage machine, the model and the jobs."""
