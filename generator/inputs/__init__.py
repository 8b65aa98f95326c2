"""Inputs: networks, preprocessing and images."""
