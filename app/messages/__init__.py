"""Messages to people of the staff: in the product, and once a day by mail for who wants it."""
