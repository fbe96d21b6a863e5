"""What an office already pays is brought in: read, compared, confirmed by a second person, written in parts."""
