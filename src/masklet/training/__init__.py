"""Networks learn here: a cache of clips, sampling, augmentation, losses, the loop, recipes.

What a training run itself needs imports numpy, Pillow and torch alone, so that it runs on a bare GPU machine.
"""
