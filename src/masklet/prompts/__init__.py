"""What a person or a sensor says about objects."""
