"""Work items: candidates, claim, transfer, drafts."""
