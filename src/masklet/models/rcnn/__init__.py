"""Faster R-CNN and Mask R-CNN of torchvision, ResNet-50 with a feature pyramid, in both of its layouts.

Ren et al., Faster R-CNN, 2015 (arXiv:1506.01497); He et al., Mask R-CNN, 2017 (arXiv:1703.06870); the second
layout follows Li et al., Benchmarking Detection Transfer Learning, 2021 (arXiv:2111.11429).
"""
