"""Trained weights as values."""
