"""The story runner: plays who applies, who does what and when, against the real application in a scratch database."""
