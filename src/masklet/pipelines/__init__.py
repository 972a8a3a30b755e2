"""Detector, segmenter and tracker put together."""
