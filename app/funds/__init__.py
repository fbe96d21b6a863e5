"""Reserve funds, payment orders, instalments and batches."""
