"""Whole interviews by real processes under faults, and a checker that shares no code with them.

    make faults ARGS="--seed 7"           the whole of it
    python -m faults --help               from tests/, in the project's environment

An interview's *driver* (``text.py``) plays the candidate and the bot through the clients of production, and
leaves a *record* (``record.py``): what it sent and what it heard, written without any help of Redis. The
*injector* breaks things meanwhile. At the end the *checker*, which imports nothing of Viva, holds the records
against what is in Redis. ``planted.py`` proves the checker: it plants one defect at a time, and each must be
found.

By voice (``voice_campaign.py``) it is the same with real rooms, bots and speech: the driver is ``voice.py``,
the injector ``voice_faults.py``, and the rules are in ``voice_rules.py``.
"""
