"""Overlays, contact sheets, plots, videos."""
