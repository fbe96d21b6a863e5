"""The publish gate: checks over a whole bundle, and what every clause is proved by."""
