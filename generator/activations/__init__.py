"""Activations: taps on a network, streamed passes, mergeable summaries, receptive fields."""
