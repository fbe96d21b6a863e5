"""Changes of policy (政策变更): what owners draft together, check, submit and get approved by a second person."""
