"""What is known of people: households, what they receive and received, and the institutions that care for some."""
