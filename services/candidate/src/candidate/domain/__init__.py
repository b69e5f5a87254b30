"""What a simulated candidate is and how it decides: pure, no clock and no I/O."""
