"""The viva command: start the stack, hold an interview, look inside."""
