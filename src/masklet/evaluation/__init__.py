"""The protocol of each benchmark: truth and predictions to a table."""
