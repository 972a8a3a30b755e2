"""The fully convolutional network with a feature pyramid of the lecture."""
