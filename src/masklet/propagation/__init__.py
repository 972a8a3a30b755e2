"""The loop over frames."""
