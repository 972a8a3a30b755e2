"""DETR and what came of it, run by transformers: boxes out of queries, no suppression of doubles.

Carion et al., End-to-End Object Detection with Transformers, 2020 (arXiv:2005.12872); Zhao et al., DETRs Beat
YOLOs on Real-time Object Detection, 2023 (arXiv:2304.08069); Peng et al., D-FINE, 2024 (arXiv:2410.13842);
Robinson et al., RF-DETR, 2025 (arXiv:2511.09554).
"""
