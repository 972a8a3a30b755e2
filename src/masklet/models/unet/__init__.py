"""U-Net and Siamese U-Net trackers (Micankova, Sokova and Kedra, "Segmentation tracking in video", FIT VUT 2024).

Both predict a mask from the frame, an earlier frame and its mask: the U-Net takes them as seven channels, the
Siamese one encodes every frame with its mask by the same VGG and fuses what comes out. Written from the report;
they load the authors' layout. All but `config` and `window` need torch.
"""

from masklet.models.unet.config import AS_RELEASED, NetworkConfig, SessionConfig

__all__ = ["AS_RELEASED", "NetworkConfig", "SessionConfig"]
