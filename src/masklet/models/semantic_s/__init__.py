"""semantic-s: the light network that masklet trains to label every pixel."""
