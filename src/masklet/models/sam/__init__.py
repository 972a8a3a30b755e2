"""Segment Anything: points, boxes and masks to masks (Kirillov et al. 2023, arXiv:2304.02643), and MobileSAM
(Zhang et al. 2023, arXiv:2306.14289), the same with a small image encoder.

A picture is encoded once (`predictor.Predictor.embed`); what is asked of it then costs little. The network itself
(`network`) needs only torch.
"""
