"""Trying a draft (试办): a case is played through it, or cases of a table are decided by it, in a limited child."""
