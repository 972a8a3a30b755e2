"""Fully convolutional networks: on VGG16 with skips, and torchvision's on ResNets."""
