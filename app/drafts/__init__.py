"""What people typed and have not sent yet: kept by itself, one for each person and subject, whatever the form."""
