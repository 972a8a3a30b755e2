"""Label propagation on the features of an ImageNet network: no training, any object, a baseline to beat.

The idea is that of Vondrick et al. (2018, arXiv:1806.09594); restricted windows, top-k and the memories follow
Lai et al. (MAST, 2020, arXiv:2002.07793) and Jabri et al. (2020, arXiv:2006.14613).
"""

from masklet.models.label_propagation.backbone import Backbone
from masklet.models.label_propagation.config import LabelPropagationConfig
from masklet.models.label_propagation.tracker import LabelPropagation, load

__all__ = ["Backbone", "LabelPropagation", "LabelPropagationConfig", "load"]
