"""The rules, each in the words of its breach: the search must notice whoever breaks one."""

CLOSING_MUTANTS = {
    "archive_without_tail_check": "an interview is archived without a look for inputs that came meanwhile",
    "archive_with_open_effect": "an interview is archived without a look for open effects",
    "archive_of_what_changed": "an interview is archived that has changed since it was recorded",
    "archive_under_a_holder": "an interview is archived that somebody holds",
    "older_record_is_kept": "a job that was slow writes what it read over what another one has read since",
    "deletion_is_not_marked": "a job that was slow writes what was deleted",
    "append_to_what_is_closed": "an append does not look whether the interview is open",
    "delete_leaves_the_lease": "a deletion leaves the holder its lease",
    "closed_is_not_acknowledged": "a doorbell of what is closed is not acknowledged",
}
MUTANTS = {
    "ack_on_read": "a doorbell is acknowledged as soon as it is read",
    "ack_on_busy": "a doorbell of a busy interview is acknowledged by who finds it busy",
    "ack_when_lost": "a worker whose lease is gone acknowledges its doorbells",
    "ack_what_came_after": "a doorbell that came after the release is acknowledged with the others",
    "ack_on_leaving": "a worker that stops acknowledges its doorbells without ringing anew",
    "release_without_tail_check": "a release does not look for inputs that came meanwhile",
    "release_with_open_effect": "a release does not look for open effects",
    "no_check_on_commit": "a commit checks neither the lease nor the cursor",
    "no_lease_check_on_emit": "an emit does not check the lease",
    "no_epoch": "a lease is checked for its holder, not for its epoch",
    "append_without_seen": "an append does not look whether the event is there already",
    "repeat_is_done_again": "a commit whose answer was lost is done a second time",
    "any_answer_is_taken": "an answer is taken though its ask is cancelled",
    "effect_is_not_state": "an open ask is known only to the worker that opened it",
    "no_recall": "who takes over does not look what is already out of the reply",
    "tries_are_not_counted": "nobody counts how often an input or an ask was begun",
    "rejected_answer_is_forgotten": "an ask whose answer was rejected is not performed again",
    **CLOSING_MUTANTS,
}
