"""XMem (Cheng and Schwing, ECCV 2022, arXiv:2207.07115): follows objects with three kinds of memory.

Sensory memory is renewed with every frame, working memory with every fifth, and what was used most of old working
memory goes into a long-term memory. Written from the paper; it loads the authors' files. All but `config` needs
torch.
"""

from masklet.models.xmem.config import XMemConfig

__all__ = ["XMemConfig"]
