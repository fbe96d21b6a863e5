"""Work items: candidates, claim, transfer."""
