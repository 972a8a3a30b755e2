"""Values, errors, and the arithmetic of masks, boxes and run-length codes. Numpy only; imports nothing above."""
