"""Cases (案件): applications and all that moves them."""
