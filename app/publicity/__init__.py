"""公示: notices, objections, proof of posting."""
