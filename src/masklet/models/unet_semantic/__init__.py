"""U-Net for labels of pixels."""
